import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { anyone, BOUNDED, PASSWORD, request, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { listenForStderr, within } from '../../support/peer.ts';

const UNREACHABLE = '\x01Cannot connect to the stderr port.\n';

/** A port of this machine where nobody listens. */
async function closedPort(t: TestContext): Promise<number> {
  const { port } = await listenForStderr(t, '127.0.0.9');
  return port; // on 127.0.0.1 it is free
}

/** A port that neither accepts nor refuses. */
async function silentPort(t: TestContext): Promise<number> {
  const worker = new Worker(new URL('../../support/programs/full-listener.ts', import.meta.url));
  t.after(() => worker.terminate());
  const [{ port }] = (await within(once(worker, 'message'), 'the listener')) as [AddressInfo];
  const fillers = Array.from({ length: 4 }, () => connect({ host: '127.0.0.1', port }));
  for (const filler of fillers) t.after(() => void filler.destroy());
  for (const filler of fillers) filler.on('error', () => {}); // the worker ends first
  await within(Promise.all(fillers.slice(0, 2).map((filler) => once(filler, 'connect'))), 'the fillers');
  return port;
}

describe('[step 2] the second connection', BOUNDED, () => {
  it('[step 2] connects back before the name is sent', async (t) => {
    const daemon = await startDaemon(t);
    const stderr = await listenForStderr(t);
    const peer = await daemon.connect();
    await peer.send(`${stderr.port}\0`);
    await stderr.accepted;
    await peer.send(request('true').slice(1));
    assert.equal(await peer.toEnd(), '\0');
  });

  it("[step 2] goes to the peer's own address, from the address it connected to", async (t) => {
    const daemon = await startDaemon(t, { host: '0.0.0.0' });
    const elsewhere = await listenForStderr(t, '127.0.0.2');
    const peer = await daemon.connect('127.0.0.2');
    await peer.send(`${elsewhere.port}\0`);
    const { socket } = await elsewhere.accepted;
    assert.equal(socket.remoteAddress, peer.socket.remoteAddress);
    assert.equal(socket.localAddress, '127.0.0.2');
    assert.ok(socket.remotePort! >= 1024, `it came from port ${socket.remotePort}`);
  });

  it('[step 2] does not go to another address of the same machine', async (t) => {
    const daemon = await startDaemon(t);
    const stderr = await listenForStderr(t, '127.0.0.1');
    assert.equal(await daemon.answer(`${stderr.port}\0`, '127.0.0.2'), UNREACHABLE);
    assert.equal(stderr.count(), 0);
  });

  it('[step 2] tries a port that refuses once, and tells the peer', async (t) => {
    const daemon = await startDaemon(t);
    assert.equal(await daemon.answer(`${await closedPort(t)}\0`), UNREACHABLE);
    assert.equal((await daemon.events.seen('requestRefused')).code, 'REXEC_STDERR_UNREACHABLE');
    await daemon.assertServesNextPeer();
  });

  it('[step 2] tells the peer the same about a port that does not answer in time', async (t) => {
    const daemon = await startDaemon(t, { connectBackSeconds: 0.3 });
    assert.equal(await daemon.answer(`${await silentPort(t)}\0`), UNREACHABLE);
    const { code, cause } = await daemon.events.seen('requestRefused');
    assert.equal(code, 'REXEC_STDERR_UNREACHABLE');
    assert.match(String(cause), /no answer within 0\.3 s \(limits\.connectBackSeconds\)/); // C6
    await daemon.assertServesNextPeer();
  });

  it('[step 2] makes one connection, however the request is cut', async (t) => {
    const daemon = await startDaemon(t, { connectBackSeconds: 1.005 }); // no whole number of milliseconds
    const stderr = await listenForStderr(t);
    const peer = await daemon.connect();
    for (const byte of request('echo err >&2', stderr.port)) await peer.send(byte);
    assert.equal(await (await stderr.accepted).toEnd(), 'err\n');
    assert.equal(await peer.toEnd(), '\0');
    assert.equal(stderr.count(), 1);
  });

  it('[step 2] closes a connection that is made after the peer has left', async (t) => {
    const daemon = await startDaemon(t);
    const stderr = await listenForStderr(t);
    const peer = await daemon.connect();
    await peer.send(`${stderr.port}\0`);
    setImmediate(() => peer.reset()); // while it is being connected to
    const channel = await stderr.accepted;
    assert.equal(await channel.toEnd(), '');
  });

  it('[step 2] does not connect to the connection itself', async (t) => {
    const daemon = await startDaemon(t, { connectBackSeconds: 0.5 });
    const peer = await daemon.connect();
    await peer.send(`${peer.socket.localPort}\0`);
    assert.equal(await peer.toEnd(), UNREACHABLE);
  });
});

describe('[step 2] the setting stderrChannel', BOUNDED, () => {
  it('[step 2] after-auth connects once the login is accepted', async (t) => {
    const stderr = await listenForStderr(t);
    const order: string[] = [];
    const authenticate: ReturnType<typeof anyone>['authenticate'] = async (credentials) => {
      order.push(`login of ${credentials.user}, ${stderr.count()} connections`);
      return anyone().authenticate(credentials);
    };
    const daemon = await startDaemon(t, { stderrChannel: 'after-auth', authenticator: { authenticate } });
    const peer = await daemon.connect();
    await peer.send(request('echo err >&2', stderr.port));
    assert.equal(await (await stderr.accepted).toEnd(), 'err\n');
    assert.equal(await peer.toEnd(), '\0');
    assert.deepEqual(order, ['login of ada, 0 connections']);
  });

  it('[step 2] after-auth does not connect for a login that is refused', async (t) => {
    const daemon = await startDaemon(t, { stderrChannel: 'after-auth' });
    const stderr = await listenForStderr(t);
    const wrong = `${stderr.port}\0${USER}\0not ${PASSWORD}\0true\0`;
    assert.equal(await daemon.answer(wrong), '\x01Login incorrect.\n');
    assert.equal(stderr.count(), 0);
  });

  it('[step 2] never sends stderr where stdout goes and connects nowhere', async (t) => {
    const daemon = await startDaemon(t, { stderrChannel: 'never' });
    const stderr = await listenForStderr(t);
    assert.equal(await daemon.answer(request('echo out; echo err >&2', stderr.port)), '\0out\nerr\n');
    assert.equal(stderr.count(), 0);
  });
});
