import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anyone, BOUNDED, forEveryWay, program, request, startDaemon } from '../../support/daemon/daemon.ts';
import { eventually, within } from '../../support/peer.ts';

forEveryWay('commands of a daemon that stops', (way) => {
  it('lets running commands finish when the daemon stops', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), ...way, stopSeconds: 60 });
    const peer = await daemon.run('echo ready; read word; echo "$word"; echo done >&2');
    assert.equal(await peer.read(6), 'ready\n'); // a process that is being made has the listener open for a moment
    const stopped = daemon.daemon.stop();
    await assert.rejects(daemon.connect(), { code: 'ECONNREFUSED' });
    await peer.send('finished\n');
    assert.equal(await peer.toEnd(), 'finished\ndone\n');
    peer.halfClose();
    await within(stopped, 'the daemon to stop');
    await daemon.events.seen('stopped');
  });

  it('hangs up commands that do not end in stopSeconds', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), ...way, stopSeconds: 0.2 });
    const [peer, channel] = await daemon.runWithChannel('exec sleep 600', [0]);
    const stopped = daemon.daemon.stop();
    assert.equal(await channel.toEnd(), '\0signal SIGHUP\n');
    assert.equal(await peer.toEnd(), '');
    await daemon.end();
    await within(stopped, 'the daemon to stop');
  });

  it('kills commands that survive that for killSeconds', async (t) => {
    const options = { stopSeconds: 0.2, killSeconds: 0.3, ...way, authenticator: anyone() } as const;
    const daemon = await startDaemon(t, options);
    const [peer, channel] = await daemon.runWithChannel(`exec sh ${program('ignore-hangup.sh')}`, [0]);
    assert.equal(await peer.read(6), 'ready ');
    const stopped = daemon.daemon.stop();
    assert.match(await peer.toEnd(), /^\d+\nhup\n$/);
    assert.equal((await channel.toEnd()).slice(-16), '\0signal SIGKILL\n');
    await daemon.end();
    await within(stopped, 'the daemon to stop');
  });

  it('does not wait for a peer that never reads what its command wrote', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), ...way, stopSeconds: 0.2 });
    await daemon.run('exec yes');
    await within(daemon.daemon.stop(), 'the daemon to stop');
  });
});

describe('a daemon that stops', BOUNDED, () => {
  for (const sent of ['', '0\0', '0\0ada\0s3'])
    it(`asks a peer that has sent ${JSON.stringify(sent)} to try again`, async (t) => {
      const daemon = await startDaemon(t);
      const peer = await daemon.connect();
      if (sent) await peer.send(sent);
      await eventually(() => daemon.daemon.sessions.length === 1, 'the session has begun');
      const stopped = daemon.daemon.stop();
      assert.equal(await peer.toEnd(), '\x01Try again.\n');
      peer.halfClose();
      await within(stopped, 'the daemon to stop');
    });

  it('asks a peer whose login is being checked to try again, and starts no command for it', async (t) => {
    const checking = Promise.withResolvers<void>();
    const checked = Promise.withResolvers<void>();
    const authenticate: ReturnType<typeof anyone>['authenticate'] = async (credentials) => {
      checking.resolve();
      await checked.promise;
      return anyone().authenticate(credentials);
    };
    const daemon = await startDaemon(t, { authenticator: { authenticate } });
    const answer = daemon.answer(request('echo ran'));
    await checking.promise;
    const stopped = daemon.daemon.stop();
    checked.resolve();
    assert.equal(await answer, '\x01Try again.\n');
    await daemon.end();
    await within(stopped, 'the daemon to stop');
    assert.deepEqual(daemon.events.all('commandStarted'), []);
  });

  it('tells how many sessions it waits for, and when it is done', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), killSeconds: 0.1 });
    await daemon.run('cat');
    await daemon.end();
    assert.deepEqual(daemon.events.all('stopping'), [{ sessions: 1 }]);
    assert.deepEqual(daemon.events.all('stopped'), [{}]);
  });

  it('can be told not to wait', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), stopSeconds: 3600 });
    const peer = await daemon.run('exec sleep 600');
    const now = new AbortController();
    const stopped = daemon.daemon.stop(now.signal);
    now.abort();
    assert.equal(await peer.toEnd(), '');
    peer.halfClose();
    await within(stopped, 'the daemon to stop');
  });
});
