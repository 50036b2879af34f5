import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anyone, BOUNDED, forEveryWay, program, startDaemon } from '../../support/daemon/daemon.ts';
import { eventually } from '../../support/peer.ts';
import { isAlive } from '../../support/program.ts';

forEveryWay('limits of a session', (way) => {
  const everyone = { authenticator: anyone(), ...way, drainSeconds: 0.1 };

  it('ends a session that lasts sessionSeconds, though bytes still flow', async (t) => {
    const daemon = await startDaemon(t, { ...everyone, sessionSeconds: 0.6 });
    const [peer, channel] = await daemon.runWithChannel('while :; do echo on; sleep 0.05; done', [0]);
    assert.match(await peer.toEnd(), /^(on\n){2,}$/);
    assert.equal(await channel.toEnd(), '\0signal SIGHUP\n');
    const { limit, seconds, user } = await daemon.events.seen('limitReached');
    assert.deepEqual([limit, seconds, user], ['limits.sessionSeconds', 0.6, 'ada']);
    await eventually(() => daemon.daemon.sessions.length === 0, 'the session is over');
  });

  it('kills a command that ignores SIGHUP and SIGTERM at the limit', async (t) => {
    const daemon = await startDaemon(t, { ...everyone, sessionSeconds: 1.5, killSeconds: 0.2 });
    const [peer, channel] = await daemon.runWithChannel(`exec sh ${program('ignore-signals.sh')}`, [0]);
    assert.equal(await peer.read(6), 'ready ');
    const { pid } = await daemon.events.seen('commandStarted');
    await channel.send(Buffer.of(15));
    assert.equal((await channel.toEnd()).slice(-16), '\0signal SIGKILL\n');
    await eventually(() => !isAlive(Number(pid)), `process ${pid} is gone`);
  });
});

describe('idleSeconds', { ...BOUNDED, concurrency: true }, () => {
  const idle = { authenticator: anyone(), idleSeconds: 1.5, drainSeconds: 0.1 } as const;

  it('ends a session without a byte either way, which is never handed over', async (t) => {
    const daemon = await startDaemon(t, idle);
    const begin = performance.now();
    const [peer, channel] = await daemon.runWithChannel('exec sleep 600', [0]);
    assert.equal(await channel.toEnd(), '\0signal SIGHUP\n');
    assert.equal(await peer.toEnd(), '');
    assert.ok(performance.now() - begin > 1400);
    assert.equal((await daemon.events.seen('limitReached')).limit, 'limits.idleSeconds');
  });

  for (const [what, command, sends] of [
    ['stdin', 'cat >/dev/null; echo end', 'main'],
    ['stdout', 'for i in 1 2 3 4 5 6 7 8 9; do echo $i; sleep 0.3; done; echo end', ''],
    ['stderr', 'for i in 1 2 3 4 5 6 7 8 9; do echo $i >&2; sleep 0.3; done; echo end', ''],
    ['signals', 'trap "" 15; sleep 2.5; echo end', 'channel'],
  ] as const)
    it(`leaves a session alone that has ${what} now and then`, async (t) => {
      const daemon = await startDaemon(t, idle);
      const [peer, channel] = await daemon.runWithChannel(command);
      const chatter = setInterval(() => {
        if (sends === 'main') peer.socket.write('x');
        if (sends === 'channel') channel.socket.write(Buffer.of(15));
      }, 300);
      t.after(() => clearInterval(chatter));
      if (sends === 'main')
        setTimeout(() => {
          clearInterval(chatter);
          peer.halfClose();
        }, 2500);
      assert.match(await peer.toEnd(), /end\n$/);
      assert.deepEqual(daemon.events.all('limitReached'), []);
    });

  it('ends a session whose peer takes nothing more, and gives its place back', async (t) => {
    const daemon = await startDaemon(t, idle);
    await daemon.run('exec yes');
    const { pid } = await daemon.events.seen('commandStarted');
    await daemon.events.seen('limitReached');
    await eventually(() => daemon.daemon.sessions.length === 0, 'the session is over');
    assert.ok(!isAlive(Number(pid)));
  });

  it('does not count the time before the command runs', async (t) => {
    const authenticate: ReturnType<typeof anyone>['authenticate'] = async (credentials) => {
      await new Promise((resolve) => setTimeout(resolve, 2500));
      return anyone().authenticate(credentials);
    };
    const daemon = await startDaemon(t, { ...idle, sessionSeconds: 2, authenticator: { authenticate } });
    const peer = await daemon.run('echo ran');
    assert.equal(await peer.toEnd(), 'ran\n');
    assert.deepEqual(daemon.events.all('limitReached'), []);
  });
});
