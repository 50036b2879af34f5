import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shrink } from '../../../lib/fuzz/campaign/shrink.ts';
import { generateScripts } from '../../../lib/fuzz/generate/generators.ts';
import { mutateScript } from '../../../lib/fuzz/generate/mutators.ts';
import { Random } from '../../../lib/fuzz/generate/random.ts';
import { parseScript } from '../../../lib/fuzz/index.ts';
import { disarmed, isHarmless } from '../../../lib/fuzz/script/commands.ts';
import { partsOf, peersOf, type Script } from '../../../lib/fuzz/script/script.ts';
import { RULES } from '../../../lib/fuzz/settings.ts';

const WORDS = { user: 'ada', password: 's3cret', port: '40000' } as const;

/** The commands that a server would see, were the login good: the fourth field of each peer, ended or not. */
function commandsOf(script: Script): Buffer[] {
  return peersOf(script).flatMap((peer) => {
    const bytes = Buffer.concat(
      partsOf(script, peer).map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(WORDS[part]))),
    );
    const fields = bytes.toString('latin1').split('\0');
    return fields[3] === undefined ? [] : [Buffer.from(fields[3], 'latin1')];
  });
}

describe('a command that a target is sent', () => {
  for (const command of [
    'rm -rf /',
    'echo a; id',
    'cat /etc/passwd',
    ':\nid',
    '# a\nid',
    'exit 7 && id',
    '$(id)',
    '`id`',
  ])
    it(`does nothing for ${JSON.stringify(command)}`, () => {
      const script = parseScript(`send "\\0" user "\\0" password "\\0${command.replaceAll('\n', '\\n')}\\0"`);
      const [sent] = commandsOf(disarmed(script));
      assert.match(sent!.toString('latin1'), /^#[^\n]*$/);
    });

  it('is harmless whatever generators and mutators make', () => {
    const random = new Random(512);
    const scripts = generateScripts(RULES, 512, 1000);
    const mutants = scripts.map((script) => mutateScript(script, random));
    const commands = [...scripts, ...mutants].flatMap(commandsOf);
    assert.ok(commands.length > 1000);
    for (const command of commands) assert.ok(isHarmless(command), JSON.stringify(String(command)));
  });

  for (const command of ['echo oops >&2', '#a; id'])
    it(`stays harmless while a script with ${JSON.stringify(command)} is made smaller`, async () => {
      const tried: Buffer[] = [];
      const last = Buffer.from(command).subarray(-1);
      const small = await shrink(
        parseScript(`send "\\0" user "\\0" password "\\0${command}\\0"\nlisten accept\nsignal 19 9`),
        async (smaller) => {
          tried.push(...commandsOf(smaller));
          assert.ok(smaller.steps.every((step) => step.do !== 'signal' || step.numbers.at(-1) === 9));
          return commandsOf(smaller).some((each) => each.includes(last));
        },
        { tries: 1000, ms: 30_000 },
      );
      assert.ok(tried.length > 1);
      for (const each of tried) assert.ok(isHarmless(each), JSON.stringify(String(each)));
      assert.ok(commandsOf(small).every((each) => each.includes(last)));
    });
});
