import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { type ExecOptions, exec, type RemoteCommand } from '../../../lib/client/index.ts';
import {
  BOUNDED,
  type DaemonUnderTest,
  forEveryWay,
  PASSWORD,
  startDaemon,
  USER,
} from '../../support/daemon/daemon.ts';
import { outcome } from '../../support/daemon/fake-daemon.ts';
import { within } from '../../support/peer.ts';

const MEGABYTES = 64;
const PIECE = randomBytes(1024 * 1024);
const MD5 = createHash('md5');
for (let piece = 0; piece < MEGABYTES; piece += 1) MD5.update(PIECE);
const WHOLE = [MEGABYTES * PIECE.length, MD5.digest('hex')] as const;

const warnings: Error[] = [];
process.on('warning', (warning) => warnings.push(warning));

const run = ({ port }: DaemonUnderTest, command: string, options: Partial<ExecOptions> = {}): RemoteCommand =>
  exec('127.0.0.1', command, { user: USER, password: PASSWORD, port, ...options });

function* bulk(): Generator<Buffer> {
  for (let piece = 0; piece < MEGABYTES; piece += 1) yield PIECE;
}

async function digest(stream: AsyncIterable<Buffer>): Promise<readonly [bytes: number, md5: string]> {
  const md5 = createHash('md5');
  let bytes = 0;
  for await (const chunk of stream) {
    md5.update(chunk);
    bytes += chunk.length;
  }
  return [bytes, md5.digest('hex')];
}

async function feed(remote: RemoteCommand): Promise<void> {
  for (const piece of bulk())
    if (!remote.stdin.write(piece)) await new Promise((resolve) => remote.stdin.once('drain', resolve));
  remote.stdin.end();
}

forEveryWay('exec and a real daemon', (way) => {
  for (const [where, command] of [
    ['stdout', 'cat'],
    ['stderr', 'cat >&2'],
  ] as const)
    it(`passes ${MEGABYTES} MiB there and back on ${where}`, async (t) => {
      const daemon = await startDaemon(t, way);
      const remote = run(daemon, command);
      const digests = Promise.all([digest(remote.stdout), digest(remote.stderr!)]);
      await within(feed(remote), 'stdin to be taken');
      const [out, err] = await within(digests, 'the output');
      assert.deepEqual(where === 'stdout' ? out : err, WHOLE);
      assert.equal((where === 'stdout' ? err : out)[0], 0);
      assert.partialDeepStrictEqual(await remote.result, { exitCode: 0, signal: null });
    });

  for (const stderrChannel of [true, false])
    it(`ends a command that reads no stdin, ${stderrChannel ? 'with' : 'without'} a stderr channel`, async (t) => {
      const daemon = await startDaemon(t, way);
      const remote = run(daemon, 'echo done; exit 3', { stderrChannel });
      feed(remote).catch(() => {});
      const { stdout, ended } = await outcome(remote);
      assert.deepEqual([stdout, ended], ['done\n', stderrChannel ? 'exit 3' : 'not told']);
    });

  it('gives a command that reads some of stdin what it wants', async (t) => {
    const daemon = await startDaemon(t, way);
    const remote = run(daemon, 'head -c 1048576 | md5sum');
    feed(remote).catch(() => {});
    const md5 = createHash('md5').update(PIECE).digest('hex');
    assert.equal((await outcome(remote)).stdout, `${md5}  -\n`);
  });

  for (const [command, ended] of Object.entries({
    'exit 0': 'exit 0',
    'exit 255': 'exit 255',
    'kill -9 $$': 'signal SIGKILL',
    'no-such-program': 'exit 127',
  }))
    it(`tells how ${JSON.stringify(command)} ended`, async (t) => {
      const daemon = await startDaemon(t, way);
      assert.equal((await outcome(run(daemon, command))).ended, ended);
    });

  it('does not fall for the exit status a command writes itself', async (t) => {
    const daemon = await startDaemon(t, way);
    const { stderr, ended } = await outcome(run(daemon, String.raw`printf '\0exit 0\n' >&2; exit 7`));
    assert.deepEqual([stderr, ended], ['\0exit 0\n', 'exit 7']);
  });

  it('signals the command', async (t) => {
    const daemon = await startDaemon(t, way);
    const remote = run(daemon, 'echo ready; exec sleep 600');
    remote.stdout.once('data', () => assert.equal(remote.kill('SIGTERM'), true));
    const { stdout, ended } = await outcome(remote);
    assert.deepEqual([stdout, ended], ['ready\n', 'signal SIGTERM']);
  });

  it('serves 32 callers at a time', async (t) => {
    const daemon = await startDaemon(t, way);
    const callers = Array.from({ length: 32 }, (_, index) =>
      outcome(run(daemon, `echo ${index}; exit ${index}`)),
    );
    for (const [index, { stdout, ended }] of (await Promise.all(callers)).entries())
      assert.deepEqual([stdout, ended], [`${index}\n`, `exit ${index}`]);
  });
});

describe('a client and a daemon in one process', BOUNDED, () => {
  it('never make it warn', () => assert.deepEqual(warnings, []));
});
