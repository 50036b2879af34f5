import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';
import { encodeMuxFrame, encodeRequest, type MuxFrame } from '../../../codec/index.ts';
import { exec } from '../../../lib/client/index.ts';
import { anyone, BOUNDED, forEveryWay, PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { eventually, within } from '../../support/peer.ts';
import { isAlive } from '../../support/program.ts';
import { Authority } from '../../support/tls/certificates.ts';
import { noOpenssl, TlsBench, type TlsDaemon } from '../../support/tls/tls.ts';

const TLS = { ...BOUNDED, skip: noOpenssl } as const;
const bench = noOpenssl ? undefined! : new TlsBench();
/** Holds back what children tell, until the function that is returned is called. */
function holdMessages(children: readonly ChildProcess[]): () => void {
  const held: (() => void)[] = [];
  for (const child of children) {
    const emit = child.emit.bind(child) as (...event: unknown[]) => boolean;
    child.emit = (...event: unknown[]) => {
      if (event[0] !== 'message') return emit(...event);
      held.push(() => emit(...event));
      return true;
    };
  }
  return () => {
    for (const child of children) Reflect.deleteProperty(child, 'emit');
    for (const tell of held) tell();
  };
}

const PIECE = randomBytes(1024 * 1024);

async function digest(stream: AsyncIterable<Buffer>): Promise<string> {
  const md5 = createHash('md5');
  for await (const chunk of stream) md5.update(chunk);
  return md5.digest('hex');
}

/** A client of rexec-mux that says what it is told to, and keeps what it hears. */
async function rawClient({ tlsPort: port }: TlsDaemon, ...frames: MuxFrame[]) {
  const socket = connect({ port, host: '127.0.0.1', ca: bench.ca, ALPNProtocols: ['rexec-mux'] });
  await within(once(socket, 'secureConnect'), 'the handshake');
  socket.write(Buffer.concat(frames.flatMap(encodeMuxFrame)));
  return socket;
}

const requestFrame = (command: string, stderrPort = 0): MuxFrame => ({
  type: 'main',
  chunk: encodeRequest({ user: USER, password: PASSWORD, command, stderrPort }),
});

describe('exec over TLS', TLS, () => {
  it('tells a command that the daemon lost from one that ended', async (t) => {
    const daemon = await bench.start(t);
    const remote = exec('127.0.0.1', 'read word; kill -KILL $PPID', bench.client(daemon));
    await daemon.events.seen('commandStarted');
    remote.stdin.write('go\n');
    await assert.rejects(remote.result, {
      code: 'REXEC_STATUS_UNKNOWN',
      message: 'the daemon lost the command',
    });
    await daemon.events.seen('commandLost');
  });

  forEveryWay('exec over TLS', (way) => {
    it('brings both outputs apart, the exit code, and nothing connects back', async (t) => {
      const daemon = await bench.start(t, { ...way, stderrChannel: 'never' });
      const options = bench.client(daemon, { capture: true, strict: true });
      const remote = exec('127.0.0.1', 'cat; echo err >&2; exit 7', options);
      remote.stdin.end('in');
      assert.partialDeepStrictEqual(await remote, {
        exitCode: 7,
        signal: null,
        stdout: 'in',
        stderr: 'err\n',
      });
    });

    it('brings the exit code, though rexecd hears of it after the ends of the outputs', async (t) => {
      const hosts: ChildProcess[] = [];
      const note = (message: unknown) => hosts.push((message as { process: ChildProcess }).process);
      subscribe('child_process', note);
      t.after(() => unsubscribe('child_process', note));
      const daemon = await bench.start(t, way);
      const options = bench.client(daemon, { strict: true });
      const remote = exec('127.0.0.1', 'echo $$; read x; echo err >&2; exit 7', options);
      const [pid] = (await once(remote.stdout, 'data')) as [Buffer];
      const release = holdMessages(hosts);
      remote.stdin.end('go\n');
      await once(remote.stderr!, 'data');
      await eventually(() => !isAlive(Number(pid)), 'the command ends');
      await delay(100); // the outputs end too, which nothing here can see
      release();
      assert.partialDeepStrictEqual(await remote, { exitCode: 7, signal: null });
    });

    it('signals the command', async (t) => {
      const daemon = await bench.start(t, way);
      const remote = exec('localhost', 'echo ready; exec sleep 600', bench.client(daemon));
      remote.stdout.once('data', () => assert.equal(remote.kill('SIGTERM'), true));
      assert.partialDeepStrictEqual(await remote, { exitCode: null, signal: 'SIGTERM' });
    });

    it('without a stderr channel keeps both outputs in order, and still gets the exit code', async (t) => {
      const daemon = await bench.start(t, way);
      const options = bench.client(daemon, { capture: true, stderrChannel: false });
      const remote = exec('localhost', 'for i in 1 2 3; do echo o$i; echo e$i >&2; done; exit 3', options);
      remote.stdin.end();
      assert.partialDeepStrictEqual(await remote, {
        exitCode: 3,
        stdout: 'o1\ne1\no2\ne2\no3\ne3\n',
        stderr: '',
      });
    });
  });

  for (const command of ['cat', 'cat >&2'])
    it(`passes 16 MiB there and back by ${command}`, async (t) => {
      const daemon = await bench.start(t);
      const remote = exec('localhost', command, bench.client(daemon));
      const read = Promise.all([remote.stdout, remote.stderr!].map(digest));
      const [whole, nothing] = [createHash('md5'), createHash('md5')];
      for (let piece = 0; piece < 16; piece += 1) {
        whole.update(PIECE);
        if (!remote.stdin.write(PIECE)) await once(remote.stdin, 'drain');
      }
      remote.stdin.end();
      const want = [whole.digest('hex'), nothing.digest('hex')];
      assert.deepEqual(await within(read, 'the outputs'), command === 'cat' ? want : want.reverse());
      assert.equal((await remote.result).exitCode, 0);
    });

  it('signals a command that does not read its stdin', async (t) => {
    const daemon = await bench.start(t);
    const remote = exec('localhost', 'echo ready; exec sleep 600', bench.client(daemon));
    await once(remote.stdout, 'data');
    for (let piece = 0; piece < 8; piece += 1) remote.stdin.write(PIECE);
    await eventually(() => daemon.daemon.sessions.length === 1, 'it runs');
    assert.equal(remote.kill('SIGINT'), true);
    assert.equal((await remote).signal, 'SIGINT');
  });

  it('takes the command along when the caller gives up', async (t) => {
    const daemon = await bench.start(t, { authenticator: anyone() });
    const abort = new AbortController();
    const remote = exec(
      'localhost',
      'echo ready; exec sleep 600',
      bench.client(daemon, { signal: abort.signal }),
    );
    await once(remote.stdout, 'data');
    const { pid } = await daemon.events.seen('commandStarted');
    abort.abort();
    await assert.rejects(remote.result, { code: 'REXEC_ABORTED' });
    await daemon.events.seen('peerVanished');
    await eventually(() => !isAlive(Number(pid)), 'the command is gone');
  });

  it('is told what is refused', async (t) => {
    const daemon = await bench.start(t);
    const wrong = exec('localhost', 'true', bench.client(daemon, { password: 'wrong' }));
    await assert.rejects(wrong.result, {
      code: 'REXEC_REFUSED',
      message: 'Login incorrect.',
      phase: 'login',
    });
  });

  it('sends nothing to a daemon that it cannot trust', async (t) => {
    const daemon = await bench.start(t);
    const stranger = new Authority('a stranger');
    const faults = [
      ['127.0.0.1', { tls: true }, /unable to verify/],
      ['127.0.0.1', { tls: { ca: bench.ca + String(stranger.ca), serverName: 'elsewhere' } }, /altnames/],
      ['127.0.0.2', { tls: { ca: bench.ca } }, /^connection refused \(127\.0\.0\.2 port \d+\)$/],
    ] as const;
    for (const [host, options, message] of faults) {
      const remote = exec(host, 'true', bench.client(daemon, options));
      const code = host === '127.0.0.2' ? 'REXEC_UNREACHABLE' : 'REXEC_TLS_FAILED';
      await assert.rejects(remote.result, { code, message });
    }
    assert.deepEqual(daemon.events.all('loginRefused'), []);
    assert.deepEqual(daemon.events.all('commandStarted'), []);
    const any = exec('127.0.0.1', 'true', bench.client(daemon, { tls: { insecure: true } }));
    assert.equal((await any).exitCode, 0);
  });

  it('says so where the daemon speaks no TLS, or nothing at all', async (t) => {
    const daemon = await bench.start(t);
    const plain = exec('127.0.0.1', 'true', { ...bench.client(daemon), port: daemon.port });
    await assert.rejects(plain.result, {
      code: 'REXEC_TLS_FAILED',
      message: /wrong version number|packet length too long/,
      phase: 'tls',
    });
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    t.after(() => void mute.close());
    mute.on('connection', (socket) => void t.after(() => socket.destroy()));
    const { port } = mute.address() as AddressInfo;
    const waiting = exec('127.0.0.1', 'true', { ...bench.client(daemon), port, connectSeconds: 0.2 });
    await assert.rejects(waiting.result, { code: 'REXEC_TLS_FAILED', message: 'the handshake timed out' });
    const clear = exec('127.0.0.1', 'true', { ...bench.client(daemon), tls: false, stderrChannel: false });
    await assert.rejects(clear.result, { code: 'REXEC_LOST', phase: 'login' });
  });
});

describe('a client of rexec-mux', TLS, () => {
  it('need not ask for stderr, nor read it, to get the rest', async (t) => {
    const daemon = await bench.start(t);
    const remote = exec('localhost', 'echo err >&2; echo out', bench.client(daemon));
    assert.equal(await text(remote.stdout), 'out\n');
    assert.equal((await remote.result).exitCode, 0);
  });

  for (const [what, frames] of Object.entries<MuxFrame[]>({
    'more than its window': [
      requestFrame('exec sleep 600'),
      ...Array.from({ length: 12 }, () => ({ type: 'main' as const, chunk: Buffer.alloc(16_384) })),
    ],
    'a frame that is none': [requestFrame('exec sleep 600'), { type: 'main', chunk: Buffer.alloc(0) }],
  }))
    it(`is ended when it sends ${what}`, async (t) => {
      const daemon = await bench.start(t);
      const sayable = frames.filter((frame) => frame.type !== 'main' || frame.chunk.length > 0);
      const client = await rawClient(daemon, ...sayable);
      if (sayable.length < frames.length) client.write(Buffer.of(0, 0, 0));
      client.on('error', () => {}).resume();
      await within(new Promise((resolve) => client.once('close', resolve)), 'the end');
      await daemon.events.seen('peerVanished');
    });

  it('cannot ask to be connected back to', async (t) => {
    const daemon = await bench.start(t, { tlsConnectBack: true });
    const client = await rawClient(daemon, requestFrame('true', 1024));
    assert.match(await within(text(client), 'the answer'), /\x01Cannot connect to the stderr port\.\n/);
  });
});
