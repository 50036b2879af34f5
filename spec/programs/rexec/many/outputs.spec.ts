import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { answer, hostsOf, LOGIN, rexec, startAnswering } from '../../../support/daemon/answering.ts';
import { type FakeDaemon, startFakeDaemon } from '../../../support/daemon/fake-daemon.ts';
import { PATIENT, run, start, temporaryFolder } from '../../../support/program.ts';
import { lineFor, ON_A_TERMINAL, onTerminal } from '../../../support/terminal.ts';

/** The same on a terminal. */
async function shown(t: TestContext, env: NodeJS.ProcessEnv, ...words: string[]): Promise<string> {
  const options = { env: { TERM: 'xterm-256color', ...env }, stdin: '' };
  return (await onTerminal(t, lineFor('rexec', [...LOGIN, ...words, 'true']), options).end()).stdout;
}

const name = ({ port }: FakeDaemon): string => `127.0.0.1:${port}`;

describe('the output of several hosts', PATIENT, () => {
  it('has no prefixes with -N', async (t) => {
    const daemon = await startAnswering(t, { stdout: 'one\ntwo' });
    const { stdout } = await rexec(t, '-q', '-N', '-w', hostsOf(daemon));
    assert.equal(stdout, 'one\ntwo\n');
  });

  it('is shown with --live when the first host ends with it, and at the end who else did', async (t) => {
    const [one, two, three] = [
      await startAnswering(t, { stdout: 'same\n' }),
      await startAnswering(t, { stdout: 'other\n', exit: 1 }),
      await startAnswering(t, { stdout: 'same\n' }),
    ];
    const words = ['-q', '--live', '--max-parallel', '1', '-w', hostsOf(one, two, three)];
    const { stdout, status } = await rexec(t, ...words);
    assert.equal(
      stdout,
      `== ${name(one)} (exit 0)\nsame\n== ${name(two)} (exit 1)\nother\n` +
        `== ${name(three)} (exit 0): the same as ${name(one)}\n`,
    );
    assert.equal(status, 1);
  });

  it('is said with --live to be that of the host it was shown for, which may not be the first of the list', async (t) => {
    const two = await startAnswering(t, { stdout: 'same\n' });
    const one = await startFakeDaemon(t, async (client) => {
      const { channel } = await client.login();
      await two.played;
      await answer(client, channel, { stdout: 'same\n' });
    });
    const program = start(t, 'rexec', [...LOGIN, '-q', '--live', '-w', hostsOf(one, two), 'true'], {
      stdin: '',
    });
    const { stdout } = await program.end();
    const [, shown, other] = /^== (\S+) \(exit 0\)\nsame\n== \S+ \(exit 0\): the same as (\S+)\n$/.exec(
      stdout,
    )!;
    assert.equal(shown, other, stdout);
  });

  it('is compared with --diff to what most hosts have', async (t) => {
    const lines = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const most = lines.map((line) => `${line}\n`).join('');
    const hosts = [
      await startAnswering(t, { stdout: most.replace('g\n', 'G\n') }),
      await startAnswering(t, { stdout: most }),
      await startAnswering(t, { stdout: most }),
      await startAnswering(t, { stdout: most, stderr: 'warning\n', exit: 2 }),
      await startAnswering(t, { stdout: '\xff' }),
    ];
    const [other, one, two, failed, binary] = hosts as [
      FakeDaemon,
      FakeDaemon,
      FakeDaemon,
      FakeDaemon,
      FakeDaemon,
    ];
    const { stdout, stderr } = await rexec(t, '-q', '--diff', '-w', hostsOf(...hosts));
    const largest = /^== (\S+) \(exit 0\)\n/.exec(stdout)![1]!;
    assert.ok([one, two].every(({ port }) => largest.includes(String(port).slice(-1))));
    assert.equal(
      stdout,
      `== ${largest} (exit 0)\n${most}` +
        `== ${name(other)} (exit 0), compared with ${largest}\n` +
        '@@ -4,5 +4,5 @@\n d\n e\n f\n-g\n+G\n h\n' +
        `== ${name(failed)} (exit 2): the same output as ${largest}\n` +
        `== ${name(binary)} (exit 0), compared with ${largest}\nnot text: 16 and 1 bytes\n`,
    );
    assert.equal(
      stderr,
      `== ${name(failed)} (exit 2), stderr, compared with ${largest}\n@@ -0,0 +1 @@\n+warning\n`,
    );
  });

  it('is compared in bounded time, and shown whole where that is not enough', async (t) => {
    const numbers = (step: number) =>
      Array.from({ length: 60_000 }, (_, line) => `${(line * step) % 65_537}\n`).join('');
    const [one, two] = [numbers(7919), numbers(104_729)];
    const hosts = [await startAnswering(t, { stdout: one }), await startAnswering(t, { stdout: two })];
    const { stdout, status } = await rexec(t, '-q', '--diff', '-w', hostsOf(...hosts));
    assert.match(stdout, /^too different to compare; all of it:$/m);
    assert.ok(stdout.endsWith(two));
    assert.equal(status, 0);
  });

  it('goes with --output-dir to files of each host, and is cut at --output-limit', async (t) => {
    const folder = join(temporaryFolder(t), 'new', 'outputs');
    const [one, two] = [
      await startAnswering(t, { stdout: 'out\n', stderr: 'err\n' }),
      await startAnswering(t, { stdout: 'x'.repeat(1000), exit: 3 }),
    ];
    const hosts = `eve/1@${name(one)},${name(two)},127.0.0.1:1`;
    const { stdout, stderr, status } = await rexec(
      t,
      ...['--output-dir', folder, '--output-limit', '100', '-w', hosts],
    );
    assert.deepEqual([stdout, status], ['', 68]);
    const contents = Object.fromEntries(
      readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
    );
    assert.deepEqual(contents, {
      [`eve%2F1@${name(one)}.out`]: 'out\n',
      [`eve%2F1@${name(one)}.err`]: 'err\n',
      [`eve%2F1@${name(one)}.status`]: 'exit 0\n',
      [`${name(two)}.out`]: 'x'.repeat(100),
      [`${name(two)}.err`]: '',
      [`${name(two)}.status`]: 'exit 3\n',
      '127.0.0.1:1.out': '',
      '127.0.0.1:1.err': '',
      '127.0.0.1:1.status': 'connect: connection refused (127.0.0.1 port 1)\n',
    });
    assert.match(
      stderr,
      new RegExp(`^rexec: ${name(two)}: 900 bytes of stdout dropped \\(--output-limit\\)$`, 'm'),
    );
    assert.match(stderr, /^rexec: 1 of 3 hosts succeeded$/m);
  });

  it('that cannot be written is a failure, and holds up no host', async (t) => {
    const folder = temporaryFolder(t);
    const daemon = await startAnswering(t, { stdout: 'x'.repeat(5_000_000) });
    const { stderr, status } = await run(
      t,
      'rexec',
      [...LOGIN, '--output-dir', folder, '-w', name(daemon), 'true'],
      {},
    );
    assert.deepEqual([status, stderr.includes('cannot')], [0, false]);
    const taken = join(folder, 'file');
    writeFileSync(taken, '');
    const none = await rexec(t, '--output-dir', taken, '-w', name(daemon));
    assert.match(none.stderr, /^rexec: .*file: file already exists$/m);
    assert.equal(none.status, 64);
    const nowhere = await rexec(t, '--output-dir', '/proc/x', '-w', name(daemon));
    assert.equal(nowhere.stderr, 'rexec: /proc/x: no such file or directory\n');
    assert.equal(nowhere.status, 64);
    const full = await rexec(t, '--output-dir', '/proc/self', '-w', name(daemon));
    assert.match(
      full.stderr,
      new RegExp(`^rexec: ${name(daemon)}: /proc/self/\\S+: no such file or directory$`, 'm'),
    );
    assert.equal(full.status, 74);
  });

  it('has a colour per host on a terminal, and none where NO_COLOR is set', ON_A_TERMINAL, async (t) => {
    const hosts = [await startAnswering(t, { stdout: 'in\n' }), await startAnswering(t, { stdout: 'in\n' })];
    const coloured = await shown(t, {}, '-q', '-w', hostsOf(...hosts));
    const colours = [...coloured.matchAll(/\u001b\[(\d+)m127\.0\.0\.1:\d+:\u001b\[39m in/g)].map(
      ([, each]) => each,
    );
    assert.equal(new Set(colours).size, 2, coloured);
    assert.doesNotMatch(await shown(t, { NO_COLOR: '1' }, '-q', '-w', hostsOf(...hosts)), /\u001b/);
  });

  for (const form of [[], ['--collect'], ['--diff'], ['--live']])
    it(
      `has its control characters escaped on a terminal, and nowhere else: ${form[0] ?? 'prefixed'}`,
      ON_A_TERMINAL,
      async (t) => {
        const stdout = 'a\u001b]0;title\u0007b\tc\r\nd\rE\n';
        const daemon = await startAnswering(t, { stdout });
        const words = ['-q', ...form, '-w', hostsOf(daemon)];
        const seen = await shown(t, { NO_COLOR: '1' }, ...words);
        assert.ok(seen.includes('a\\u001b]0;title\\u0007b\tc\r\n'), seen);
        assert.ok(seen.includes('d\\u000dE\r\n'), seen);
        const { stdout: raw } = await rexec(t, ...words);
        assert.ok(raw.includes('\u001b]0;title\u0007'));
      },
    );
});
