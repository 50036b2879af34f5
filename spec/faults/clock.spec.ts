import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { anyone, BOUNDED, request, startDaemon, USER } from '../support/daemon/daemon.ts';
import { within } from '../support/peer.ts';

const DAY_MS = 86_400_000;
const REFUSED = '\x01Login incorrect.\n';

/** The wall clock of this process, which the daemon shares; timers keep their own, as the system's do. */
function stepClock(t: TestContext, ms: number): void {
  const now = Date.now() + ms;
  t.mock.timers.reset();
  t.mock.timers.enable({ apis: ['Date'], now });
  assert.equal(Date.now(), now);
}

for (const [direction, step] of [
  ['forward', DAY_MS],
  ['back', -DAY_MS],
] as const)
  describe(`a clock that steps ${direction} by a day`, BOUNDED, () => {
    it('ends no request early, and none late', async (t) => {
      const daemon = await startDaemon(t, { requestSeconds: 1 });
      const [early, late] = [await daemon.connect(), await daemon.connect()];
      stepClock(t, step);
      await early.send(request('echo ran'));
      assert.equal(await early.toEnd(), '\0ran\n');
      const begin = performance.now();
      assert.equal(await late.toEnd(), '\x01Timed out.\n');
      assert.ok(performance.now() - begin < 5000);
    });

    it('ends no session early, and none late', async (t) => {
      const daemon = await startDaemon(t, { authenticator: anyone(), sessionSeconds: 1.5, idleSeconds: 600 });
      const peer = await daemon.run('read line; echo "$line"; exec sleep 600');
      stepClock(t, step);
      await peer.send('still there\n');
      assert.equal(await peer.toEnd(), 'still there\n');
      const { limit } = await daemon.events.seen('limitReached');
      assert.equal(limit, 'limits.sessionSeconds');
    });

    it('ends no lockout early, and none late', async (t) => {
      const lockout = { lockoutFailures: 2, lockoutSeconds: 1.5, refusalSeconds: 0.02 };
      const daemon = await startDaemon(t, lockout);
      const wrong = () => daemon.answer(`\0${USER}\0wrong\0true\0`);
      assert.deepEqual([await wrong(), await wrong()], [REFUSED, REFUSED]);
      const { seconds } = await daemon.events.seen('lockedOut');
      assert.equal(seconds, 2);
      stepClock(t, step);
      assert.equal(await daemon.answer(request('echo ran')), REFUSED);
      await within(delay(1600), 'the end of the lockout');
      assert.equal(await daemon.answer(request('echo ran')), '\0ran\n');
    });

    // A failure counts for 15 minutes of the wall clock: a day forward, and the counting begins anew.
    it('goes on counting failures', async (t) => {
      const daemon = await startDaemon(t, { lockoutFailures: 2, refusalSeconds: 0.02 });
      const wrong = () => daemon.answer(`\0${USER}\0wrong\0true\0`);
      await wrong();
      stepClock(t, step);
      await wrong();
      if (step > 0) await wrong();
      assert.match(String((await daemon.events.seen('lockedOut')).subject), /ada/);
    });
  });
