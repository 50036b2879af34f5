import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { encodeMuxFrame, MUX_FIRST_WINDOW, type MuxFrame } from '../../../codec/index.ts';
import { Mux } from '../../../lib/mux/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { connectedSockets, eventually, within } from '../../support/peer.ts';

const MIB = 1024 * 1024;

async function pair(t: TestContext): Promise<[daemon: Mux, client: Mux]> {
  const [daemon, client] = await connectedSockets(t);
  return [new Mux(daemon, 'daemon'), new Mux(client, 'client')];
}

/** A daemon's end, and a client that sends whatever it is told to. */
async function withRawClient(t: TestContext) {
  const [link, client] = await connectedSockets(t);
  client.on('error', () => {}).resume();
  const send = (...frames: MuxFrame[]) => client.write(Buffer.concat(frames.flatMap(encodeMuxFrame)));
  return { mux: new Mux(link, 'daemon'), client, send };
}

const bytes = async (stream: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

describe('Mux', BOUNDED, () => {
  it('carries both outputs, input, signals and the exit status, each to its end', async (t) => {
    const [daemon, client] = await pair(t);
    const signals: number[] = [];
    daemon.onSignal = (number) => signals.push(number);
    client.wantStderr();
    const [stdin, stdout, stderr] = [Buffer.alloc(3 * MIB, 'in'), Buffer.alloc(5 * MIB, 'out'), 'oops'];
    client.main.end(stdin);
    client.sendSignal(15);
    assert.deepEqual(await within(bytes(daemon.main), 'stdin'), stdin);
    assert.deepEqual(signals, [15]);
    assert.equal(daemon.stderrWanted, true);
    daemon.main.end(stdout);
    daemon.stderr.write(stderr);
    const read = Promise.all([bytes(client.main), bytes(client.stderr)]);
    await daemon.sendStatus({ type: 'exited', code: 7 });
    daemon.finish();
    const [out, err] = await within(read, 'the output');
    assert.ok(out.equals(stdout));
    assert.equal(String(err), stderr);
    assert.deepEqual(await client.status, { type: 'exited', code: 7 });
    assert.deepEqual([client.main.bytesRead, daemon.main.bytesRead], [stdout.length, stdin.length]);
  });

  it('passes signals on while nobody reads stdin', async (t) => {
    const [daemon, client] = await pair(t);
    const signaled = new Promise((resolve) => {
      daemon.onSignal = resolve;
    });
    client.main.write(Buffer.alloc(3 * MIB));
    await eventually(() => client.main.bytesWritten === MUX_FIRST_WINDOW, 'the window is full');
    client.sendSignal(2);
    assert.equal(await within(signaled as Promise<number>, 'the signal'), 2);
    assert.equal(daemon.main.bytesRead, MUX_FIRST_WINDOW);
  });

  it('carries stdout while nobody reads stderr, and the other way round', async (t) => {
    for (const [read, unread] of [
      ['main', 'stderr'],
      ['stderr', 'main'],
    ] as const) {
      const [daemon, client] = await pair(t);
      client.wantStderr();
      daemon[unread].write(Buffer.alloc(3 * MIB));
      daemon[read].write(Buffer.alloc(3 * MIB));
      let got = 0;
      client[read].on('data', (chunk) => (got += chunk.length));
      await eventually(() => got === 3 * MIB, `all of ${read} is read`);
      assert.equal(client[unread].bytesRead, MUX_FIRST_WINDOW);
    }
  });

  it('gives what has arrived after the daemon closed the connection', async (t) => {
    const [daemon, client] = await pair(t);
    daemon.main.end(Buffer.alloc(MUX_FIRST_WINDOW, 'x'));
    await daemon.sendStatus({ type: 'signaled', signal: 'SIGTERM' });
    daemon.main.destroy();
    assert.deepEqual(await within(client.status, 'the status'), { type: 'signaled', signal: 'SIGTERM' });
    assert.equal((await within(bytes(client.main), 'the rest')).length, MUX_FIRST_WINDOW);
  });

  it('fails where the connection ends before its streams', async (t) => {
    const { mux, client, send } = await withRawClient(t);
    send({ type: 'main', chunk: Buffer.from('half') });
    client.end();
    await within(new Promise((resolve) => mux.main.once('close', resolve)), 'the end');
    assert.match(mux.main.errored!.message, /ended before its streams/);
  });

  it('ends a peer that sends more than its window, at the first byte over it', async (t) => {
    const { mux, client, send } = await withRawClient(t);
    send({ type: 'main', chunk: Buffer.alloc(MUX_FIRST_WINDOW) });
    await eventually(() => mux.main.bytesRead === MUX_FIRST_WINDOW, 'the window is full');
    assert.equal(mux.main.destroyed, false);
    send({ type: 'main', chunk: Buffer.alloc(1) });
    await within(once(client, 'end'), 'the end');
    assert.match(mux.main.errored!.message, /more than its window/);
  });

  it('ends a peer that sends what is no frame', async (t) => {
    const { mux, client } = await withRawClient(t);
    client.write('1024\0ada\0');
    await within(once(client, 'end'), 'the end');
    assert.equal((mux.main.errored as NodeJS.ErrnoException).code, 'REXEC_FRAME_INVALID');
  });

  it('holds little more than the bytes of a peer that sends them one by one', async (t) => {
    const { mux, send } = await withRawClient(t);
    const one: MuxFrame = { type: 'main', chunk: Buffer.of(7) };
    const before = process.memoryUsage();
    for (let sent = 0; sent < MUX_FIRST_WINDOW; sent += 256) send(...Array.from({ length: 256 }, () => one));
    await eventually(() => mux.main.bytesRead === MUX_FIRST_WINDOW, 'all has arrived');
    const pieces: Buffer[] = [];
    for (let piece = mux.main.read(); piece; piece = mux.main.read()) pieces.push(piece);
    assert.ok(pieces.length <= 6, `${pieces.length} pieces`);
    assert.ok(Buffer.concat(pieces).equals(Buffer.alloc(MUX_FIRST_WINDOW, 7)));
    assert.ok(process.memoryUsage().arrayBuffers - before.arrayBuffers < MIB);
  });
});
