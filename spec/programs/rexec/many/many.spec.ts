import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  type DaemonUnderTest,
  PASSWORD,
  program as remoteProgram,
  startDaemon,
  USER,
} from '../../../support/daemon/daemon.ts';
import { type Script, startFakeDaemon } from '../../../support/daemon/fake-daemon.ts';
import { eventually } from '../../../support/peer.ts';
import { type Ended, PATIENT, run, start, temporaryFolder } from '../../../support/program.ts';
import { lineFor, ON_A_TERMINAL, onTerminal } from '../../../support/terminal.ts';

const LOGIN = ['-l', USER, '-p', PASSWORD] as const;
const NOBODY = '127.0.0.1:1'; // tcpmux: nobody listens

/** Several daemons of one port, on addresses of their own. */
async function daemons(t: TestContext, ...hosts: string[]): Promise<DaemonUnderTest[]> {
  const [first = '', ...rest] = hosts;
  const one = await startDaemon(t, { host: first });
  return [one, ...(await Promise.all(rest.map((host) => startDaemon(t, { host, port: one.port }))))];
}

/** Runs on both of two daemons. */
async function onTwo(
  t: TestContext,
  command: string,
  flags: readonly string[] = [],
  stdin = '',
): Promise<Ended> {
  const [{ port }] = (await daemons(t, '127.0.0.1', '127.0.0.2')) as [DaemonUnderTest];
  return run(t, 'rexec', [...LOGIN, '--port', `${port}`, '-w', '127.0.0.[1-2]', ...flags, command], {
    stdin,
  });
}

const sorted = (text: string): string[] => text.split('\n').filter(Boolean).sort();

describe('rexec on several hosts', PATIENT, () => {
  it('shows each line with its host, and a summary', async (t) => {
    const { stdout, stderr, status } = await onTwo(t, 'echo one; printf two; echo err >&2; exit 3');
    assert.deepEqual(sorted(stdout), [
      '127.0.0.1: one',
      '127.0.0.1: two',
      '127.0.0.2: one',
      '127.0.0.2: two',
    ]);
    assert.match(stderr, /^127\.0\.0\.1: err$/m);
    assert.match(stderr, /^127\.0\.0\.2: err$/m);
    assert.match(stderr, /^rexec: exit 3: 127\.0\.0\.\[1-2\] \(2 hosts, up to \d+\.\d\d s\)$/m);
    assert.match(stderr, /rexec: 0 of 2 hosts succeeded\n$/);
    assert.equal(status, 3);
  });

  it('never mixes lines, however much is written', async (t) => {
    const command = 'i=0; while [ $i -lt 3000 ]; do echo "line $i of one host"; i=$((i+1)); done';
    const { stdout, status } = await onTwo(t, command, ['-q']);
    const expected = [1, 2].flatMap((host) =>
      Array.from({ length: 3000 }, (_, i) => `127.0.0.${host}: line ${i} of one host`),
    );
    assert.deepEqual(sorted(stdout), expected.sort());
    assert.equal(status, 0);
  });

  it('collects the output of each host, equal ones together', async (t) => {
    const { stdout, stderr, status } = await onTwo(t, 'echo out; echo err >&2', ['--collect', '-q']);
    assert.deepEqual(
      [stdout, stderr, status],
      ['== 127.0.0.[1-2] (exit 0)\nout\n', '== 127.0.0.[1-2] (exit 0), stderr\nerr\n', 0],
    );
  });

  it('says how much of a collected output is left out', async (t) => {
    const [{ port }] = (await daemons(t, '127.0.0.1')) as [DaemonUnderTest];
    const words = [
      ...LOGIN,
      '--port',
      `${port}`,
      '--collect',
      '--output-limit',
      '10',
      '-q',
      '127.0.0.1',
      'seq 1000 9999',
    ];
    const { stdout, stderr, status } = await run(t, 'rexec', words);
    assert.equal(stdout, '== 127.0.0.1 (exit 0)\n1000\n1001\n');
    assert.equal(stderr, 'rexec: 127.0.0.1: 44990 bytes of stdout dropped (--output-limit)\n');
    assert.equal(status, 0);
  });

  it('tells each host in a line of JSON, whose bytes may be no text', async (t) => {
    const [{ port }] = (await daemons(t, '127.0.0.1')) as [DaemonUnderTest];
    const flags = [...LOGIN, '--port', `${port}`, '--json'];
    const hosts = ['-w', `127.0.0.1,${NOBODY}`];
    const { stdout, stderr, status } = await run(t, 'rexec', [
      ...flags,
      ...hosts,
      'echo "é"; echo err >&2; kill -TERM $$',
    ]);
    const lines = sorted(Buffer.from(stdout, 'latin1').toString()).map((line) => JSON.parse(line));
    const { seconds, ...good } = lines.find((line) => line.port === port);
    assert.ok(seconds >= 0);
    assert.deepEqual(good, {
      host: '127.0.0.1',
      port,
      user: USER,
      exit: 143,
      exitCode: null,
      signal: 'SIGTERM',
      encoding: 'utf8',
      stdout: 'é\n',
      stderr: 'err\n',
      dropped: 0,
      error: null,
    });
    const bad = lines.find((line) => line.port === 1);
    assert.deepEqual([bad.exit, bad.error.code, bad.error.phase], [68, 'REXEC_UNREACHABLE', 'connect']);
    assert.deepEqual([stderr, status], ['', 143]);
    const binary = await run(t, 'rexec', [...flags, '127.0.0.1', "printf '\\377\\n'"]);
    const { encoding, stdout: bytes } = JSON.parse(binary.stdout);
    assert.deepEqual([encoding, bytes], ['base64', '/wo=']);
  });

  it('exits with the largest exit code, and gives a hint for each failure', async (t) => {
    const [{ port }] = (await daemons(t, '127.0.0.1', '127.0.0.2')) as [DaemonUnderTest];
    const hosts = ['-w', '127.0.0.1,eve@127.0.0.2', '-w', NOBODY];
    const { stderr, status } = await run(t, 'rexec', [...LOGIN, '--port', `${port}`, ...hosts, 'exit 5']);
    assert.equal(status, 77);
    assert.match(stderr, /^rexec: 127\.0\.0\.1:1: connect: connection refused/m);
    assert.match(stderr, /^rexec: 127\.0\.0\.2: login: Login incorrect\.$/m);
    assert.match(stderr, /^rexec: hint: check the user name and the password/m);
    assert.match(stderr, /^rexec: hint: check that rexecd is running there/m);
    assert.match(stderr, /^rexec: 0 of 3 hosts succeeded$/m);
  });

  it('reads the hosts from a file', async (t) => {
    const [{ port }] = (await daemons(t, '127.0.0.1', '127.0.0.2')) as [DaemonUnderTest];
    const file = join(temporaryFolder(t), 'hosts');
    writeFileSync(file, '# two hosts\n\n127.0.0.[1-2] # here\n');
    const { stdout, status } = await run(t, 'rexec', [
      ...LOGIN,
      '--port',
      `${port}`,
      '--hosts-file',
      file,
      'echo in',
    ]);
    assert.deepEqual([sorted(stdout), status], [['127.0.0.1: in', '127.0.0.2: in'], 0]);
  });

  for (const parallel of ['2', '1'])
    it(`gives all of standard input to each, ${parallel} at once`, async (t) => {
      const bytes = randomBytes(3 * 1024 * 1024).toString('hex');
      const { stdout, status } = await onTwo(t, 'md5sum', ['-q', '--max-parallel', parallel], bytes);
      const [one, two] = sorted(stdout).map((line) => line.split(': ')[1]);
      assert.equal(one, two);
      assert.match(one!, /^[0-9a-f]{32} /);
      assert.equal(status, 0);
    });

  it('gives all of standard input to the last too, whatever became of those before', async (t) => {
    const [{ port }] = (await daemons(t, '127.0.0.1')) as [DaemonUnderTest];
    const hosts = ['-w', `127.0.0.[2-20]:1,127.0.0.1:${port}`, '--max-parallel', '2'];
    const bytes = randomBytes(1024 * 1024).toString('hex');
    const words = [...LOGIN, '-q', ...hosts, 'md5sum'];
    const { stdout, stderr } = await run(t, 'rexec', words, { stdin: bytes });
    assert.equal(stdout, `127.0.0.1:${port}: ${createHash('md5').update(bytes).digest('hex')}  -\n`);
    assert.doesNotMatch(stderr, /Unknown system error/);
  });

  it('copies standard input past a host that reads none, once its command ended', async (t) => {
    const [{ port }] = (await daemons(t, '127.0.0.1')) as [DaemonUnderTest];
    const reads = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\0');
      await client.send(`${(await client.digest())[0]}\n`);
      client.halfClose();
    });
    const hosts = ['-w', `127.0.0.1:${port},127.0.0.1:${reads.port}`];
    const words = [...LOGIN, '-a', '-q', ...hosts, 'exit 0'];
    const { stdout } = await run(t, 'rexec', words, { stdin: 'x'.repeat(20_000_000) });
    assert.equal(stdout, `127.0.0.1:${reads.port}: 20000000\n`);
  });

  it('has no more commands at once than it may', async (t) => {
    let now = 0;
    let most = 0;
    const script: Script = async (client) => {
      now += 1;
      most = Math.max(most, now);
      const { channel } = await client.login();
      await client.send('\0');
      now -= 1;
      client.halfClose();
      channel.halfClose();
    };
    const ports = await Promise.all(
      Array.from({ length: 12 }, async () => (await startFakeDaemon(t, script)).port),
    );
    const hosts = ports.map((port) => `127.0.0.1:${port}`).join();
    const { status } = await run(t, 'rexec', [...LOGIN, '-q', '--max-parallel', '3', '-w', hosts, 'true']);
    assert.equal(status, 0);
    assert.ok(most <= 3, `${most} at once`);
  });

  it('passes signals on to every command, and begins no more', async (t) => {
    const [one, two] = (await daemons(t, '127.0.0.1', '127.0.0.2')) as [DaemonUnderTest, DaemonUnderTest];
    const words = [
      ...LOGIN,
      '--port',
      `${one.port}`,
      '-n',
      '--max-parallel',
      '2',
      '-w',
      `127.0.0.[1-2],${NOBODY}`,
    ];
    const program = start(t, 'rexec', [...words, `exec sh ${remoteProgram('report-signals.sh')}`]);
    await program.says(/^127\.0\.0\.1: ready$/m);
    await program.says(/^127\.0\.0\.2: ready$/m);
    program.child.kill('SIGTERM');
    const { stdout, stderr, status } = await program.end();
    assert.deepEqual(sorted(stdout), [
      '127.0.0.1: 15',
      '127.0.0.1: ready',
      '127.0.0.2: 15',
      '127.0.0.2: ready',
    ]);
    assert.match(stderr, /^rexec: not started \(SIGTERM\): 127\.0\.0\.1:1 \(0\.00 s\)$/m);
    assert.equal(status, 143);
    for (const { daemon } of [one, two]) await eventually(() => daemon.sessions.length === 0, 'it is over');
  });

  it('ends a command that no signal reaches', async (t) => {
    const daemon = await startFakeDaemon(t, (client) => client.login());
    const words = [...LOGIN, '-q', '--collect', '-w', `127.0.0.1:${daemon.port}`, '-a', 'true'];
    const program = start(t, 'rexec', words);
    await daemon.played;
    program.child.kill('SIGINT');
    const { stdout, status } = await program.end();
    assert.deepEqual([stdout, status], [`== 127.0.0.1:${daemon.port} (login: aborted)\n`, 130]);
  });

  it('shows its progress on a terminal, and nothing of it stays', ON_A_TERMINAL, async (t) => {
    const [{ port }] = (await daemons(t, '127.0.0.1', '127.0.0.2')) as [DaemonUnderTest];
    const words = [...LOGIN, '--port', `${port}`, '-w', '127.0.0.[1-2]', 'echo in'];
    const terminal = onTerminal(t, lineFor('rexec', words), { stdin: '' });
    const { stdout, status } = await terminal.end();
    assert.equal(status, 0);
    assert.match(stdout, /rexec \[.*\] 0\/2 hosts, 0 running, 0 failed, 0 s/);
    assert.match(stdout, /rexec: 2 of 2 hosts succeeded\r?\n$/);
  });
});
