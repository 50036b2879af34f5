import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anyone, BOUNDED, forEveryWay, request, startDaemon } from '../../support/daemon/daemon.ts';
import { eventually } from '../../support/peer.ts';

const BUSY = '\x01Try again.\n';

forEveryWay('[DESCRIPTION] connections at the same time', (way) => {
  it('[DESCRIPTION] serves many connections at a time', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), ...way });
    const peers = await Promise.all(Array.from({ length: 20 }, () => daemon.run('read word; echo "$word"')));
    for (const [number, peer] of peers.entries()) await peer.send(`${number}\n`); // all of them run by now
    const answers = await Promise.all(peers.map((peer) => peer.toEnd()));
    assert.deepEqual(
      answers,
      peers.map((_, number) => `${number}\n`),
    );
  });

  it('[step 7] gives each of many commands what its peer sends as soon as it has read the NUL', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), ...way });
    for (let round = 0; round < 3; round += 1) {
      const answers = Array.from({ length: 20 }, async () => {
        const peer = await daemon.run('read word; echo "$word"');
        await peer.send('here\n');
        return peer.toEnd();
      });
      assert.deepEqual(new Set(await Promise.all(answers)), new Set(['here\n']));
    }
  });

  it('[DESCRIPTION] serves one connection at a time where the setting says so', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), ...way, maxConnections: 1 });
    const peer = await daemon.run('cat');
    assert.equal(await daemon.answer(''), BUSY);
    await daemon.events.seen('connectionRefused');
    peer.halfClose();
    assert.equal(await peer.toEnd(), '');
    await eventually(() => daemon.daemon.sessions.length === 0, 'the place is given back');
    await daemon.assertServesNextPeer();
  });
});

describe('caps on connections', BOUNDED, () => {
  it('count peers that have sent nothing yet', async (t) => {
    const daemon = await startDaemon(t, { maxConnections: 2 });
    const idle = [await daemon.connect(), await daemon.connect()];
    await eventually(() => daemon.daemon.sessions.length === 2, 'both are admitted');
    assert.equal(await daemon.answer(request('true')), BUSY);
    assert.match(
      String((await daemon.events.seen('connectionRefused')).cause),
      /all 2 connections are in use \(limits\.maxConnections\)/,
    );
    idle[0]?.socket.destroy();
    await eventually(() => daemon.daemon.sessions.length === 1, 'the place is given back');
    await daemon.assertServesNextPeer();
  });

  it('count each address for itself', async (t) => {
    const daemon = await startDaemon(t, { maxConnectionsPerAddress: 1 });
    const idle = await daemon.connect();
    await eventually(() => daemon.daemon.sessions.length === 1, 'it is admitted');
    assert.equal(await daemon.answer(request('true')), BUSY);
    assert.match(
      String((await daemon.events.seen('connectionRefused')).cause),
      /all 1 connections for this address are in use \(limits\.maxConnectionsPerAddress\)/,
    );
    assert.equal(await daemon.answer(request('echo ok'), '127.0.0.2'), '\0ok\n');
    idle.socket.destroy();
    await eventually(() => daemon.daemon.sessions.length === 0, 'the place is given back');
    await daemon.assertServesNextPeer();
  });

  for (const [how, ending] of [
    ['is refused', (peer: string) => `\0eve\0${peer}\0true\0`],
    ['breaks the rules', () => 'abc\0'],
    ['is served', () => request('true')],
  ] as const)
    it(`give the place of a peer that ${how} back`, async (t) => {
      const daemon = await startDaemon(t, { maxConnections: 1, maxConnectionsPerAddress: 1 });
      for (let time = 0; time < 5; time += 1) {
        const peer = await daemon.connect();
        await peer.send(ending('x'));
        await peer.toEnd();
        peer.halfClose();
        await eventually(() => daemon.daemon.sessions.length === 0, 'the place is given back');
      }
      assert.deepEqual(daemon.events.all('connectionRefused'), []);
    });

  it('turn hundreds away without harm to those inside', async (t) => {
    const daemon = await startDaemon(t, { maxConnections: 1, authenticator: anyone() });
    const peer = await daemon.run('cat');
    const away = await Promise.all(Array.from({ length: 200 }, () => daemon.answer('')));
    assert.deepEqual(new Set(away), new Set([BUSY]));
    peer.socket.end('still served');
    assert.equal(await peer.toEnd(), 'still served');
  });
});

describe('[NOTE] the backlog', BOUNDED, () => {
  it('[NOTE] holds peers until the daemon is free to accept them', async (t) => {
    const daemon = await startDaemon(t, { backlog: 64, authenticator: anyone() });
    const answers = Array.from({ length: 40 }, () => daemon.answer(request('echo ok')));
    assert.deepEqual(new Set(await Promise.all(answers)), new Set(['\0ok\n']));
  });
});
