import assert from 'node:assert/strict';
import { it } from 'node:test';
import { anyone, forEveryWay, request, startDaemon } from '../../support/daemon/daemon.ts';

const EVERY_BYTE = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256)).toString('latin1');

forEveryWay('stdin of a command', (way) => {
  const start = (t: Parameters<typeof startDaemon>[0]) => startDaemon(t, { authenticator: anyone(), ...way });

  it('[step 5] what follows the NUL of the command is stdin, byte for byte', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.run('cat');
    await peer.send(EVERY_BYTE);
    assert.equal(await peer.read(EVERY_BYTE.length), EVERY_BYTE);
    await peer.send('\0\0\0');
    peer.halfClose();
    assert.equal(await peer.toEnd(), '\0\0\0');
  });

  it('[step 5] stdin in the segment of the request is not lost', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.connect();
    await peer.send(request('cat') + EVERY_BYTE);
    peer.halfClose();
    assert.equal(await peer.toEnd(), `\0${EVERY_BYTE}`);
  });

  it('[step 5] stdin comes in order, early and late', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.connect();
    await peer.send(`${request('cat')}early `);
    assert.equal(await peer.read(7), '\0early ');
    await peer.send('late');
    peer.halfClose();
    assert.equal(await peer.toEnd(), 'late');
  });

  it('[step 5] stdin may come before the login is done, and does not count as part of the request', async (t) => {
    const daemon = await startDaemon(t, way);
    const peer = await daemon.connect();
    const stdin = EVERY_BYTE.repeat(200);
    await peer.send(request('wc -c') + stdin);
    peer.halfClose();
    assert.equal((await peer.toEnd()).trim(), `\0${stdin.length}`.trim());
  });

  it('a half-close ends stdin, and output still flows', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.run('cat; echo after; echo more >&2');
    await peer.send('before\n');
    peer.halfClose();
    assert.equal(await peer.toEnd(), 'before\nafter\nmore\n');
  });

  it('a half-close right behind the request ends stdin of the command', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.connect();
    await peer.send(request('cat; echo after'));
    peer.halfClose();
    assert.equal(await peer.toEnd(), '\0after\n');
  });

  it('a command that closes its stdin goes on, whatever the peer still sends', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.run('exec <&-; echo closed >&2; echo done');
    await peer.send('more').catch(() => {});
    assert.equal(await peer.toEnd(), 'closed\ndone\n');
    await daemon.assertServesNextPeer();
  });

  it('a command that ends with stdin unread ends the connection', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.run('read line; echo "$line"');
    await peer.send(`first\n${'x'.repeat(100_000)}`).catch(() => {});
    assert.equal(await peer.toEnd(), 'first\n');
    await daemon.assertServesNextPeer();
  });

  it('a command that never reads stdin does not hold up other peers', async (t) => {
    const daemon = await start(t);
    const stuck = await daemon.run('exec sleep 600');
    stuck.socket.write(Buffer.alloc(256 * 1024 * 1024)); // more than sockets and pipes hold
    await daemon.assertServesNextPeer();
    assert.ok(stuck.socket.writableLength > 0);
  });
});
