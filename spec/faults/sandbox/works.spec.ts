import assert from 'node:assert/strict';
import { on, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { startProgram, unreadSocket } from '../../../lib/base/index.ts';
import { openSocketPair } from '../../../lib/native/index.ts';
import { startSandboxed } from '../../../lib/sandbox/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { Peer, within } from '../../support/peer.ts';
import { noOpenssl, TlsBench } from '../../support/tls/tls.ts';
import { ACCOUNT, Inside, noSandbox, PROGRAM, STDIO } from './inside.ts';

const MANY = 200;

describe('a program in a sandbox', { ...BOUNDED, skip: noSandbox }, () => {
  let listener: Server;
  before(async () => {
    listener = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
  });
  after(() => listener.close());

  /** A peer, and the end of its connection here. */
  async function connection(t: TestContext): Promise<{ peer: Peer; accepted: Socket }> {
    const { port } = listener.address() as { port: number };
    const arrives = once(listener, 'connection');
    const peer = await Peer.connect(t, { host: '127.0.0.1', port });
    const [accepted] = await within(arrives, 'the connection');
    return { peer, accepted };
  }

  it('gets what was sent before it ran', async (t) => {
    const child = startSandboxed(PROGRAM, { ...ACCOUNT, stdio: STDIO });
    t.after(() => child.kill('SIGKILL'));
    const heard: unknown[] = [];
    for (let index = 0; index < 3; index += 1) child.send({ act: 'compute', given: index });
    for await (const [message] of on(child, 'message')) if (heard.push(message) === 4) break;
    assert.deepEqual(heard, ['ready', 'done', 'done', 'done']);
  });

  it('has a channel that the trampoline before it does not see', async (t) => {
    const child = startSandboxed(PROGRAM, { ...ACCOUNT, stdio: STDIO });
    t.after(() => child.kill('SIGKILL'));
    const environment = readFileSync(`/proc/${child.pid}/environ`, 'latin1').split('\0');
    const channels = environment.filter((each) => each.startsWith('NODE_CHANNEL_FD='));
    assert.deepEqual(channels, ['NODE_CHANNEL_FD=', 'NODE_CHANNEL_FD=3']);
    const blind = new Inside(t, startProgram(PROGRAM, [...STDIO], { variables: { NODE_CHANNEL_FD: '' } }));
    assert.match(await blind.stderr, /process\.send is not a function/);
  });

  it('gets connections by its channel, and sees their half-close', async (t) => {
    const inside = await Inside.belted(t);
    const { peer, accepted } = await connection(t);
    assert.equal(await inside.tries('echo', null, accepted), 'done');
    await peer.send('there and back');
    peer.halfClose();
    assert.equal(await peer.toEnd(), 'there and back');
  });

  it('knows the addresses of a connection, writes in one call, and can reset it', async (t) => {
    const inside = await Inside.belted(t);
    const first = await connection(t);
    assert.equal(await inside.tries('address', '127.0.0.1', first.accepted), 'done');
    assert.equal(await first.peer.toEnd(), 'one two three');
    const second = await connection(t);
    assert.equal(await inside.tries('reset', null, second.accepted), 'done');
    await assert.rejects(second.peer.toEnd(), { code: 'ECONNRESET' });
  });

  it('gives a connection back', async (t) => {
    const inside = await Inside.belted(t);
    const { peer, accepted } = await connection(t);
    const returned = new Peer(t, await inside.returns(accepted));
    returned.socket.resume().pause();
    await peer.send('after its return');
    peer.halfClose();
    assert.equal(await returned.toEnd(), 'after its return');
  });

  it('imports modules of ours, and the packages that it names and no others', async (t) => {
    const inside = await Inside.belted(t, ['binary-parser']);
    assert.equal(await inside.tries('decode'), 'done');
    const without = await Inside.belted(t);
    assert.match(await without.tries('decode'), /^(ERR_ACCESS_DENIED|ERR_MODULE_NOT_FOUND|EACCES)$/);
  });

  it('exits with its status', async (t) => {
    const inside = await Inside.belted(t);
    assert.equal(await inside.tries('exit', 7), 'exit 7');
  });

  it(`serves ${MANY} connections, and carries 8 MiB`, async (t) => {
    const inside = await Inside.belted(t);
    const peers: Peer[] = [];
    for (let index = 0; index < MANY; index += 1) {
      const { peer, accepted } = await connection(t);
      assert.equal(await inside.tries('echo', null, accepted), 'done');
      peers.push(peer);
    }
    const bulk = 'x'.repeat(8 << 20);
    const sent = peers.map(async (peer, index) => {
      const all = index === 0 ? bulk : `peer ${index}`;
      const echoed = peer.toEnd();
      await peer.send(all);
      peer.halfClose();
      assert.equal((await echoed) === all, true);
    });
    await within(Promise.all(sent), 'the echoes');
  });

  it('makes a TLS handshake with a key that it is given', { skip: noOpenssl }, async (t) => {
    const inside = await Inside.belted(t);
    const { identity, ca } = new TlsBench();
    const [key, cert] = [identity.key, identity.cert].map((file) => readFileSync(file, 'latin1'));
    const arrives = once(listener, 'connection');
    const { port } = listener.address() as { port: number };
    const socket = connectTls({ host: '127.0.0.1', port, ca, servername: 'localhost' });
    t.after(() => socket.destroy());
    const [accepted] = await within(arrives, 'the connection');
    const secured = inside.tries('secure', { key, cert }, accepted);
    await within(once(socket, 'secureConnect'), 'the handshake');
    assert.equal(await secured, 'done');
    socket.write('in secret');
    assert.equal(String((await within(once(socket, 'data'), 'the echo'))[0]), 'in secret');
  });

  it('gets ends of socket pairs', async (t) => {
    const inside = await Inside.belted(t);
    const [near, far] = openSocketPair().map((fd) => unreadSocket({ fd, allowHalfOpen: true }));
    const peer = new Peer(t, near!);
    assert.equal(await inside.tries('echo', null, far), 'done');
    near!.resume().pause();
    await peer.send('through a pair');
    peer.halfClose();
    assert.equal(await peer.toEnd(), 'through a pair');
  });

  it('has the other descriptors that it was started with', async (t) => {
    const inside = await Inside.belted(t);
    assert.equal(await inside.repeats('a line\n'), 'a line\n');
  });

  it('has timers, random bytes, hashes and a thread pool', async (t) => {
    const inside = await Inside.belted(t);
    assert.equal(await inside.tries('compute'), 'done');
  });

  it('grows, and collects its garbage', async (t) => {
    const inside = await Inside.belted(t);
    assert.equal(await inside.tries('grow'), 'done');
  });
});
