import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { BOUNDED, request } from '../../support/daemon/daemon.ts';
import { DaemonProcess } from '../../support/daemon/daemon-process.ts';
import { eventually, Peer, within } from '../../support/peer.ts';

const PEERS = 2000;
const REQUEST_SECONDS = 10;
const MOST_HELD = 20 * 1024; // for each peer that has sent a part of its request

/** Peers that send a byte of their request now and then. */
async function drip(t: TestContext, port: number): Promise<Socket[]> {
  const peers: Socket[] = [];
  for (let address = 1; peers.length < PEERS; address += 1) {
    const some = Array.from({ length: 200 }, () =>
      connect({ port, host: '127.0.0.1', localAddress: `127.0.3.${address}` }),
    );
    await within(Promise.all(some.map((peer) => once(peer, 'connect'))), 'the connections');
    peers.push(...some);
  }
  for (const peer of peers) peer.on('error', () => {});
  let sent = 0;
  const bytes = request('echo ran');
  const timer = setInterval(() => {
    for (const peer of peers) if (!peer.destroyed && peer.writable) peer.write(bytes[sent % bytes.length]!);
    sent += 1;
  }, 500);
  t.after(() => {
    clearInterval(timer);
    for (const peer of peers) peer.destroy();
  });
  return peers;
}

describe('slow peers by the thousand', BOUNDED, () => {
  it('cost little, hold nobody up, and are told when their time is over', async (t) => {
    const settings = { requestSeconds: REQUEST_SECONDS, drainSeconds: 0.2, logLevel: 'error' } as const;
    const daemon = await DaemonProcess.start(t, { settings });
    const serve = async (): Promise<number> => {
      const begin = performance.now();
      const peer = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
      await peer.send(request('echo served'));
      assert.equal(await peer.toEnd(), '\0served\n');
      peer.halfClose();
      return performance.now() - begin;
    };
    for (let time = 0; time < 10; time += 1) await serve();
    const [memory, descriptors] = [await daemon.memory(), daemon.descriptors];
    const peers = await drip(t, daemon.port);
    const answers = peers.map(async (peer) => {
      let answer = '';
      peer.on('data', (chunk) => (answer += chunk));
      await once(peer, 'close').catch(() => {}); // reset, where a byte came after the answer
      return answer;
    });
    await eventually(() => daemon.descriptors >= descriptors + PEERS, 'all are inside');
    const times: number[] = [];
    while (times.length < 20) times.push(await serve());
    const each = ((await daemon.memory()) - memory) / PEERS;
    assert.ok(daemon.descriptors >= descriptors + PEERS, 'all are still inside');
    const slowest = Math.max(...times);
    t.diagnostic(
      `${Math.round(each / 102.4) / 10} KiB a slow peer; ${times.length} others served, ${Math.round(slowest)} ms at most`,
    );
    assert.ok(each < MOST_HELD, `${each} bytes a peer`);
    assert.ok(slowest < 3000, `${slowest} ms`);
    assert.deepEqual(
      new Set(await within(Promise.all(answers), 'the end of all')),
      new Set(['\x01Timed out.\n']),
    );
    await eventually(() => daemon.descriptors === descriptors, 'all descriptors are free again');
    await serve();
    const left = (await daemon.memory()) - memory;
    assert.ok(left < 4 * 1024 * 1024, `${left} bytes are left of them`);
  });
});
