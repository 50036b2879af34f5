import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { type LoadTarget, runLoad, trySession } from '../../../lib/load/index.ts';
import { BOUNDED, PASSWORD, startDaemon, USER } from '../../support/daemon/daemon.ts';

const EMPTY = { stdout: Buffer.alloc(0), stdoutBytes: 0, stderr: Buffer.alloc(0), stderrBytes: 0 };

const target = (port: number, command = ':', stderr = false): LoadTarget => ({
  host: '127.0.0.1',
  port,
  user: USER,
  password: Buffer.from(PASSWORD),
  command,
  stderr,
});

/** A daemon that does `play` once the whole request of the nth peer is there. */
async function plays(t: TestContext, play: (peer: Socket, nth: number) => void): Promise<number> {
  let peers = 0;
  const server = createServer((peer) => {
    const nth = peers++;
    let nuls = 0;
    peer.on('error', () => {});
    peer.on('data', (chunk) => {
      nuls += chunk.filter((byte) => byte === 0).length;
      if (nuls === 4) play(peer, nth);
    });
    t.after(() => void peer.destroy());
  });
  t.after(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('a load', BOUNDED, () => {
  it('counts what our daemon answers, and how long it takes', async (t) => {
    const { port } = await startDaemon(t);
    const whom = target(port, 'echo out; echo err >&2');
    const expected = await trySession(whom);
    assert.equal(String(expected.stdout), 'out\nerr\n');
    const report = await runLoad(whom, { parallel: 4, sessions: 20, expected });
    const { right, sessions, rate, latency, seconds } = report;
    assert.deepEqual([right, sessions], [20, 20]);
    assert.ok(Math.abs(rate - 20 / seconds) < 1e-6);
    assert.ok(latency && latency.min > 0 && latency.min <= latency.p50 && latency.p99 <= latency.max);
    assert.ok(latency.max <= seconds * 1000 + 1, `${latency.max} ms of ${seconds} s`);
  });

  it('reads the stderr channel of each session', async (t) => {
    const { port } = await startDaemon(t);
    const whom = target(port, 'echo out; echo err >&2', true);
    const expected = await trySession(whom);
    assert.deepEqual([String(expected.stdout), String(expected.stderr)], ['out\n', 'err\n']);
    const { right, causes } = await runLoad(whom, { parallel: 3, sessions: 9, expected });
    assert.equal(right, 9, JSON.stringify(causes));
  });

  it('compares outputs longer than it keeps by what it keeps and by their length', async (t) => {
    const { port } = await startDaemon(t);
    const whom = target(port, 'head -c 200000 /dev/zero');
    const expected = await trySession(whom);
    assert.deepEqual([expected.stdout.length, expected.stdoutBytes], [65_536, 200_000]);
    const { right, causes } = await runLoad(whom, { parallel: 2, sessions: 4, expected });
    assert.equal(right, 4, JSON.stringify(causes));
  });

  it('ends after a time', async (t) => {
    const { port } = await startDaemon(t);
    const { right, sessions, seconds } = await runLoad(target(port), {
      parallel: 2,
      seconds: 0.3,
      expected: EMPTY,
    });
    assert.ok(right > 0 && right === sessions && seconds >= 0.3, `${right} of ${sessions} in ${seconds} s`);
  });

  for (const [what, play, counted, cause] of [
    ['another output', (peer: Socket) => peer.end('\0other'), 'wrong', /^the output differs from that/],
    ['too little output', (peer: Socket) => peer.end('\0o'), 'wrong', /^the output differs from that/],
    [
      'no status byte',
      (peer: Socket) => peer.end('HTTP/1.1 400\r\n'),
      'wrong',
      /begins with byte 72, not 0 or 1$/,
    ],
    ['a refusal', (peer: Socket) => peer.end('\x01Try again.\n'), 'refused', /^Try again\.$/],
    ['an end without an answer', (peer: Socket) => peer.end(), 'lost', /^closed without an answer$/],
    ['a reset', (peer: Socket) => peer.resetAndDestroy(), 'lost', /^connection reset by peer$/],
    ['silence', () => {}, 'lost', /^connected, but not finished within 0.2 s$/],
  ] as const)
    it(`counts ${what} by its cause, and goes on`, async (t) => {
      const port = await plays(t, (peer, nth) => (nth % 2 ? play(peer) : peer.end('\0once')));
      const expected = { ...EMPTY, stdout: Buffer.from('once'), stdoutBytes: 4 };
      const report = await runLoad(target(port), {
        parallel: 1,
        sessions: 4,
        timeoutSeconds: 0.2,
        expected,
      });
      assert.deepEqual([report.right, report[counted], report.sessions], [2, 2, 4]);
      const [[named = '', count] = []] = Object.entries(report.causes[counted]);
      assert.match(named, cause);
      assert.equal(count, 2);
    });

  it('counts a peer that nobody listens for', async (t) => {
    const { port, daemon } = await startDaemon(t);
    await daemon.stop();
    const { lost, causes } = await runLoad(target(port), { parallel: 2, sessions: 4, expected: EMPTY });
    assert.deepEqual([lost, causes.lost], [4, { 'connection refused': 4 }]);
  });

  it('keeps no more causes than a few, however many a daemon invents', async (t) => {
    const port = await plays(t, (peer, nth) => peer.end(`\x01cause ${nth}\n`));
    const { refused, causes } = await runLoad(target(port), { parallel: 4, sessions: 50, expected: EMPTY });
    assert.equal(refused, 50);
    assert.deepEqual([Object.keys(causes.refused).length, causes.refused['other causes']], [33, 18]);
  });

  it('says why a first session got no answer', async (t) => {
    const refusing = await plays(t, (peer) => peer.end('\x01Login incorrect.\n'));
    await assert.rejects(trySession(target(refusing)), {
      code: 'REXEC_REFUSED',
      message: 'Login incorrect.',
    });
    const silent = await plays(t, () => {});
    await assert.rejects(trySession(target(silent), 0.1), { code: 'REXEC_LOST' });
    const other = await plays(t, (peer) => peer.end('SSH-2.0'));
    await assert.rejects(trySession(target(other)), { code: 'REXEC_PROTOCOL' });
  });

  it('wants an end', async () => {
    await assert.rejects(runLoad(target(1), { parallel: 1, expected: EMPTY }), RangeError);
  });
});
