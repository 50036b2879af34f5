import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { PATIENT, type ProgramName, run } from '../support/program.ts';
import { lineFor, ON_A_TERMINAL, onTerminal } from '../support/terminal.ts';

const PROGRAMS: readonly ProgramName[] = [
  'rexec',
  'rexecd',
  'rconfig',
  'grconfig',
  'rexec-fuzz',
  'rexec-bench',
];
const BOLD = '\u001b[1m';
const RED = '\u001b[31m';

/** What a program shows on a terminal, its standard error included. */
async function shown(
  t: TestContext,
  [name, ...words]: readonly [ProgramName, ...string[]],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const options = { env: { TERM: 'xterm-256color', ...env } };
  return (await onTerminal(t, lineFor(name, words), options).end()).stdout;
}

describe('the help of every program and command', { ...PATIENT, concurrency: 2 }, () => {
  for (const program of PROGRAMS)
    it(`is at most 80 columns wide: ${program} (E18)`, async (t) => {
      const { stdout, status } = await run(t, program, ['--help']);
      assert.equal(status, 0);
      const [, commands = ''] = stdout.split('\nCommands:\n');
      const names = [...commands.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name]) => name!);
      const others = await Promise.all(
        names.filter((name) => name !== 'help').map((name) => run(t, program, [name, '--help'])),
      );
      const lines = [stdout, ...others.map((each) => each.stdout)].join('\n').split('\n');
      assert.ok(lines.length > 15);
      assert.deepEqual(
        lines.filter((line) => line.length > 80 || line.includes('\u001b')),
        [],
      );
    });

  it('has the options of rexec in groups', async (t) => {
    const { stdout } = await run(t, 'rexec', ['--help']);
    const groups = [...stdout.matchAll(/^(\w[\w ,]*):$/gm)].map(([, title]) => title);
    for (const title of ['Login', 'Connection', 'TLS', 'Input, output and signals', 'Times', 'Several hosts'])
      assert.ok(groups.includes(title), `${title} in ${groups}`);
  });
});

describe('a word that is mistyped', { ...PATIENT, concurrency: 2 }, () => {
  for (const [program, words, says] of [
    ['rexec', ['--prot', '5', 'h', 'ls'], 'unknown option --prot; did you mean --port?'],
    ['rexec', ['--nothing-near', 'h', 'ls'], 'unknown option --nothing-near'],
    ['rexecd', ['sesions'], "unknown command 'sesions'; did you mean sessions? (see rexecd --help)"],
    ['rexecd', ['sessions', '--jsno'], "unknown option '--jsno'; did you mean --json?"],
    ['rconfig', ['gte', 'x'], "unknown command 'gte'; did you mean get?"],
    ['rexec-fuzz', ['rnu'], "unknown command 'rnu'; did you mean run?"],
    ['rexec-fuzz', ['run', '--csaes', '5'], "unknown option '--csaes'; did you mean --cases?"],
    ['rexec-bench', ['--paralel', '5', 'h'], "unknown option '--paralel'; did you mean --parallel?"],
  ] as const)
    it(`is answered with the nearest: ${program} ${words.join(' ')}`, async (t) => {
      const { stdout, stderr, status } = await run(t, program, words);
      assert.deepEqual([stdout, stderr], ['', `${program}: ${says}\n`]);
      assert.notEqual(status, 0);
    });
});

describe('colours', { ...PATIENT, concurrency: 2, ...ON_A_TERMINAL }, () => {
  for (const program of PROGRAMS)
    it(`are on a terminal, unless NO_COLOR is set: ${program}`, async (t) => {
      assert.ok((await shown(t, [program, '--help'])).includes(`${BOLD}Options:`));
      assert.ok((await shown(t, [program, '--nope'])).includes(`${RED}${program}: `));
      for (const word of ['--help', '--nope'])
        assert.doesNotMatch(await shown(t, [program, word], { NO_COLOR: '1' }), /\u001b/);
    });

  it('are those of errors that come later, too', async (t) => {
    const words = ['rexecd', 'status', '--control', '/nowhere/x.sock'] as const;
    assert.match(await shown(t, words), /\u001b\[31mrexecd: control socket /);
    assert.doesNotMatch(await shown(t, words, { NO_COLOR: '1' }), /\u001b/);
  });
});
