import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Tally } from '../../../../lib/cli/programs/rexec/many/tally.ts';
import { hostsOf, rexec, startAnswering, startEndless } from '../../../support/daemon/answering.ts';
import { findProgram, PATIENT, Program, ROOT, run, temporaryFolder } from '../../../support/program.ts';
import { lineFor, ON_A_TERMINAL, onTerminal } from '../../../support/terminal.ts';

describe('rexec on several hosts', PATIENT, () => {
  it('calls no further host after a failure with --fail-fast', async (t) => {
    const [good, bad, third] = [
      await startAnswering(t),
      await startAnswering(t, { exit: 3 }),
      await startAnswering(t),
    ];
    const words = ['-w', hostsOf(good, bad, third), '--max-parallel', '1'];
    const { stderr, status } = await rexec(t, ...words, '--fail-fast');
    assert.equal(status, 3);
    assert.equal(third.connections(), 0);
    assert.match(
      stderr,
      new RegExp(`^rexec: not started \\(--fail-fast\\): 127\\.0\\.0\\.1:${third.port} `, 'm'),
    );
    assert.match(stderr, /^rexec: 1 of 3 hosts succeeded$/m);
    await rexec(t, ...words);
    assert.equal(third.connections(), 1, 'without it the third is called');
  });

  it('runs on the others once all canaries succeeded', async (t) => {
    const hosts = await Promise.all([1, 2, 3].map(() => startAnswering(t)));
    const { stderr, status } = await rexec(t, '-w', hostsOf(...hosts), '--canary', '2');
    assert.equal(status, 0);
    assert.match(stderr, /^rexec: 2 of 2 canaries succeeded; hosts left: 1$/m);
    assert.match(stderr, /^rexec: 3 of 3 hosts succeeded$/m);
  });

  it('runs on no other host if a canary failed', async (t) => {
    const [good, bad, third] = [
      await startAnswering(t),
      await startAnswering(t, { exit: 5 }),
      await startAnswering(t),
    ];
    const { stderr, status } = await rexec(t, '-w', hostsOf(good, bad, third), '--canary', '2');
    assert.deepEqual([status, third.connections()], [5, 0]);
    assert.match(stderr, /^rexec: not started \(--canary\): 127\.0\.0\.1:\d+ \(0\.00 s\)$/m);
  });

  it('asks once for the password of all hosts', ON_A_TERMINAL, async (t) => {
    const hosts = [await startAnswering(t), await startAnswering(t), await startAnswering(t)];
    const line = lineFor('rexec', ['-l', 'ada', '-w', hostsOf(...hosts), 'true']);
    const terminal = onTerminal(t, line, { env: { HOME: temporaryFolder(t) } });
    await terminal.says(/Password for ada at 3 hosts: /);
    terminal.child.stdin.write('s3cret\n');
    const { stdout, status } = await terminal.end();
    assert.deepEqual([stdout.match(/Password/g)?.length, status], [1, 0], stdout);
  });

  it('gives the same input to canaries and others', async (t) => {
    const [one, two] = [await startAnswering(t), await startAnswering(t)];
    const { status } = await run(
      t,
      'rexec',
      ['-l', 'ada', '-p', 'x', '-w', hostsOf(one, two), '--canary', '1', 'true'],
      { stdin: 'input\n' },
    );
    assert.equal(status, 0);
  });

  for (const [option, why] of [
    ['--timeout', /^rexec: run: timed out after 0\.5 s: 127\.0\.0\.1:\d+ /m],
    ['--total-timeout', /^rexec: run: the time for all hosts, 0\.5 s, has passed: 127\.0\.0\.1:\d+ /m],
  ] as const)
    it(`takes a host that ${option} ended for no success`, async (t) => {
      const [good, slow] = [await startAnswering(t), await startEndless(t)];
      const failed = join(temporaryFolder(t), 'failed');
      const words = ['-w', hostsOf(good, slow), option, '0.5', '--failed-to', failed];
      const { stderr, status } = await rexec(t, ...words);
      assert.equal(status, 124);
      assert.match(stderr, why);
      assert.match(stderr, /^rexec: hint: .* raise --(total-)?timeout to wait longer$/m);
      assert.match(stderr, /^rexec: 1 of 2 hosts succeeded$/m);
      assert.match(readFileSync(failed, 'utf8'), new RegExp(`^127\\.0\\.0\\.1:${slow.port} # run: `, 'm'));
    });

  it('calls no host any more when the time for all has passed', async (t) => {
    const [slow, waiting] = [await startEndless(t), await startAnswering(t)];
    const { stderr, status } = await rexec(
      t,
      ...['-w', hostsOf(slow, waiting), '--max-parallel', '1', '--total-timeout', '0.5'],
    );
    assert.deepEqual([status, waiting.connections()], [124, 0]);
    assert.match(stderr, /^rexec: not started \(--total-timeout\): /m);
  });

  it('writes the hosts that failed to a file that it can run on again', async (t) => {
    const folder = temporaryFolder(t);
    const [file, again] = [join(folder, 'failed'), join(folder, 'again')];
    const [good, bad] = [await startAnswering(t), await startAnswering(t, { exit: 3 })];
    const hosts = `${hostsOf(good)},bob@${hostsOf(bad)},127.0.0.1:1`;
    await rexec(t, '-w', hosts, '--failed-to', file);
    assert.equal(
      readFileSync(file, 'utf8'),
      `# rexec: 2 of 3 hosts failed\nbob@127.0.0.1:${bad.port} # exit 3\n` +
        '127.0.0.1:1 # connect: connection refused (127.0.0.1 port 1)\n',
    );
    const { stderr } = await rexec(t, '--hosts-file', file, '--failed-to', file);
    assert.match(stderr, /^rexec: 0 of 2 hosts succeeded$/m);
    assert.deepEqual([good.connections(), bad.connections()], [1, 2]);
    await rexec(t, '-w', hostsOf(good), '--failed-to', again);
    assert.equal(readFileSync(again, 'utf8'), '# rexec: 0 of 1 hosts failed\n');
    const nowhere = await rexec(t, '-w', hostsOf(good), '--failed-to', join(folder, 'none', 'file'));
    assert.deepEqual([nowhere.status, good.connections()], [64, 2], 'it is tried before a host is called');
    assert.match(nowhere.stderr, /none\/file: no such file or directory$/m);
  });

  it('shows a cause that many hosts have once as it happens, and folded at the end', async (t) => {
    const { stderr, status } = await rexec(t, '-w', '127.0.0.[1-9]:1');
    assert.equal(status, 68);
    assert.equal(stderr.match(/connection refused/g)?.length, 2, stderr);
    assert.match(stderr, /^rexec: connect: connection refused: 127\.0\.0\.\[1-9\]:1 \(9 hosts, /m);
    const quiet = await rexec(t, '-q', '-w', '127.0.0.[1-9]:1');
    assert.match(
      quiet.stderr,
      /^rexec: 127\.0\.0\.\S+:1: connect: connection refused \(.*\)\nrexec: 127.*: connect: connection refused\n$/,
    );
  });

  it('runs on fewer hosts at the same time where the system lets it open few files, and says so', {
    skip: !findProgram('prlimit') && 'needs prlimit (Debian: util-linux)',
  }, async (t) => {
    const words = ['-l', 'ada', '-p', 'x', '-w', '127.0.0.[1-60]:1', '--max-parallel', '60', 'true'];
    const program = new Program(
      t,
      'prlimit',
      ['--nofile=94:94', process.execPath, join(ROOT, 'lib/cli/rexec.ts'), ...words],
      { stdin: '' },
    );
    const { stderr, status } = await program.end();
    assert.match(
      stderr,
      /^rexec: warning: 10 hosts at the same time: this process may open 94 files \(ulimit -n\)$/m,
    );
    assert.match(stderr, /^rexec: connect: connection refused: 127\.0\.0\.\[1-60\]:1 /m);
    assert.equal(status, 68);
  });

  it('is not asked for what goes with a list alone, or with another form of output', async (t) => {
    for (const [words, fault] of [
      [['--canary', '2', '127.0.0.1:1'], '--canary requires -w or --hosts-file'],
      [['-x', 'a', '127.0.0.1:1'], '-x requires -w or --hosts-file'],
      [['--json', '--diff', '-w', 'a'], '--json and --diff cannot be used together'],
      [['--output-dir', 'x', '--live', '-w', 'a'], '--output-dir and --live cannot be used together'],
    ] as const) {
      const { stderr, status } = await rexec(t, ...words);
      assert.deepEqual([stderr, status], [`rexec: ${fault}\n`, 64]);
    }
  });

  it('reads a list that was written by hand after the first', async (t) => {
    const file = join(temporaryFolder(t), 'hosts');
    writeFileSync(file, 'web[1-3]!web2\n!web1\n');
    const { stderr } = await rexec(t, '--hosts-file', file);
    assert.match(stderr, /^rexec: !web1: nothing to take it from/);
  });
});

describe('the time left', () => {
  it('is known when a first wave has ended and hosts wait, and never else', (t) => {
    t.mock.timers.enable({ apis: ['Date'] });
    let now = 0;
    t.mock.method(performance, 'now', () => now);
    const tally = new Tally(40, 20);
    for (let host = 0; host < 20; host += 1) tally.called();
    assert.equal(tally.secondsLeft, undefined);
    now = 10_000;
    for (let host = 0; host < 20; host += 1) tally.ended(true, false);
    assert.equal(tally.secondsLeft, 10);
    for (let host = 0; host < 20; host += 1) tally.called();
    assert.deepEqual([tally.waiting, tally.secondsLeft], [0, undefined]);
  });
});
