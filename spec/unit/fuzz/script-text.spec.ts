import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generateScripts } from '../../../lib/fuzz/generate/generators.ts';
import { mutateScript } from '../../../lib/fuzz/generate/mutators.ts';
import { Random } from '../../../lib/fuzz/generate/random.ts';
import { FuzzError, parseScript, printScript, SEEDS } from '../../../lib/fuzz/index.ts';
import { RULES } from '../../../lib/fuzz/settings.ts';

const EVERY_STEP = String.raw`connect from 127.0.0.2
listen late 20
send port "\0" user "\0\xff\n\"" "u"*257 every 3
expect channel
signal 0 15 255
wait 5
half-close channel
b listen stall
b send ""
reset channel
half-close
b reset
expect end
`;

const WRONG: Readonly<Record<string, [text: string, message: RegExp]>> = {
  'a step that there is not': ['expect end\njump 3', /^line 2: expected connect, listen,/],
  'a quote that is not closed': ['send "a', /^line 1: unterminated quote/],
  'an escape that there is not': ['send "\\q"', /^line 1: unknown escape \\q/],
  'a token that there is not': ['send secret', /expected "bytes", user, password or port, got secret/],
  'nothing to send': ['send', /send "BYTES"/],
  'a character beyond ASCII': ['send "é"', /only ASCII is allowed between quotes/],
  'a signal beyond a byte': ['signal 256', /expected a whole number up to 255, got 256/],
  'a wait beyond a minute': ['wait 60001', /up to 60000/],
  'an address of another host': ['connect from 192.0.2.1', /expected: connect from LOOPBACK-ADDRESS/],
  'more bytes than fit': ['send "u"*999999999', /more than 67108864 bytes/],
  'a word too many': ['expect end now', /unexpected word now/],
};

describe('the text of a script', () => {
  it('has one spelling for each step, and reads back', () =>
    assert.equal(printScript(parseScript(EVERY_STEP)), EVERY_STEP));

  it('may have remarks and empty lines', () => {
    const script = parseScript('# a remark\n\n  expect end\n');
    assert.equal(printScript(script, ['one', 'two\nlines']), '# one\n# two lines\nexpect end\n');
  });

  it('holds every script of the corpus, of the generators and of the mutators', () => {
    const random = new Random(512);
    const generated = generateScripts(RULES, 512, 300);
    const mutants = [...SEEDS.map(({ script }) => script), ...generated].map((script) =>
      mutateScript(script, random),
    );
    for (const script of [...generated, ...mutants])
      assert.deepEqual(parseScript(printScript(script)), script);
  });

  for (const [what, [text, message]] of Object.entries(WRONG))
    it(`is refused for ${what}`, () =>
      assert.throws(
        () => parseScript(text),
        (error) =>
          error instanceof FuzzError && error.code === 'FUZZ_SCRIPT_INVALID' && message.test(error.message),
      ));
});

describe('a seed', () => {
  it('gives the same scripts again, and another one others', () => {
    const texts = (seed: number) => generateScripts(RULES, seed, 50).map((script) => printScript(script));
    assert.deepEqual(texts(512), texts(512));
    assert.notDeepEqual(texts(512), texts(513));
  });
});
