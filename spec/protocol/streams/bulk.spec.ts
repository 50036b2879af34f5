import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { anyone, forEveryWay, program, startDaemon } from '../../support/daemon/daemon.ts';
import { within } from '../../support/peer.ts';

const SIZE = 256 * 1024 * 1024;
const LINE = Buffer.from(`${Array.from({ length: 2000 }, (_, index) => index + 1).join(' ')}\n`);
const BLOCK = Buffer.alloc(LINE.length * 32, LINE);

/** The same bytes that numbered-lines.sh writes, a block at a time. */
function* numberedLines(): Generator<Buffer> {
  for (let at = 0; at < SIZE; at += BLOCK.length) yield BLOCK.subarray(0, Math.min(BLOCK.length, SIZE - at));
}

const md5 = createHash('md5');
for (const block of numberedLines()) md5.update(block);
const MD5 = md5.digest('hex');

forEveryWay('bulk data', (way) => {
  const start = (t: Parameters<typeof startDaemon>[0]) => startDaemon(t, { authenticator: anyone(), ...way });

  it('256 MiB of stdin reach the command unchanged', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.run('md5sum');
    for (const block of numberedLines()) await peer.send(block);
    peer.halfClose();
    assert.match(await peer.toEnd(), new RegExp(`^${MD5} `));
  });

  it('256 MiB of stdout reach the peer unchanged', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.run(`sh ${program('numbered-lines.sh')}`);
    assert.deepEqual(await peer.digest(), [SIZE, MD5]);
  });

  it('a slow reader gets everything, though the command left stdin unread', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.run('head -c 2500000 /dev/zero');
    await peer.send(Buffer.alloc(100_000)).catch(() => {});
    // Late: when the command is over, or waits for its reader.
    await Promise.race([within(daemon.events.seen('commandEnded'), 'the end').catch(() => {}), delay(1500)]);
    const [bytes] = await peer.digest();
    assert.equal(bytes, 2_500_000);
  });

  it('a peer that does not read holds up neither the daemon nor other peers', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.run('yes');
    const before = process.memoryUsage().rss;
    for (let time = 0; time < 20; time += 1) await daemon.assertServesNextPeer();
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 64 * 1024 * 1024, `the daemon grew by ${grown} bytes`);
    assert.ok(!peer.socket.destroyed);
  });
});
