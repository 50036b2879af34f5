import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BOUNDED,
  type DaemonUnderTest,
  nobody,
  PASSWORD,
  request,
  startDaemon,
  USER,
} from '../../support/daemon/daemon.ts';
import { listenForStderr } from '../../support/peer.ts';

const REFUSED = '\x01Login incorrect.\n';

/** User, password and the cause that only the log knows. */
const REFUSALS = {
  'a wrong password': [USER, `${PASSWORD}!`, 'wrong password'],
  'the beginning of the password': [USER, PASSWORD.slice(0, -1), 'wrong password'],
  'an empty password': [USER, '', 'empty password'],
  'an unknown user': ['eve', PASSWORD, 'unknown user'],
  'an unknown user without a password': ['eve', '', 'unknown user'],
  'an empty user': ['', PASSWORD, 'unknown user'],
  'a user in other letters': [USER.toUpperCase(), PASSWORD, 'unknown user'],
  'a user that is a property of every object': ['__proto__', PASSWORD, 'unknown user'],
} as const;

async function refusalMs(daemon: DaemonUnderTest, user: string, password: string): Promise<number> {
  const peer = await daemon.connect();
  const sent = performance.now();
  await peer.send(`\0${user}\0${password}\0true\0`);
  assert.equal(await peer.read(REFUSED.length), REFUSED);
  return performance.now() - sent;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

describe('[step 6] validation', BOUNDED, () => {
  for (const [what, [user, password, cause]] of Object.entries(REFUSALS))
    it(`[step 6] tells ${what} nothing but "Login incorrect."`, async (t) => {
      const daemon = await startDaemon(t);
      assert.equal(await daemon.answer(`\0${user}\0${password}\0echo ran\0`), REFUSED);
      const event = await daemon.events.seen('loginRefused');
      assert.deepEqual([event.user, event.cause], [user, cause]);
      assert.deepEqual(daemon.events.all('commandStarted'), []);
      await daemon.assertServesNextPeer();
    });

  it('[step 6] comes after step 5: nothing is answered before the NUL of the command', async (t) => {
    const daemon = await startDaemon(t);
    const peer = await daemon.connect();
    await peer.send('\0eve\0wrong\0true');
    const answered = peer.read(REFUSED.length);
    const others = Array.from({ length: 3 }, () => daemon.assertServesNextPeer());
    assert.equal(
      await Promise.race([answered, Promise.all(others).then(() => 'nothing yet')]),
      'nothing yet',
    );
    assert.deepEqual(daemon.events.all('loginRefused'), []);
    await peer.send('\0');
    assert.equal(await answered, REFUSED);
  });

  it('[step 6] validates the user before the command is known to exist', async (t) => {
    const daemon = await startDaemon(t);
    assert.equal(await daemon.answer(`\0${USER}\0wrong\0/no/such/program\0`), REFUSED);
  });

  it('[step 6] closes the stderr channel of a refused peer without a byte', async (t) => {
    const daemon = await startDaemon(t);
    const stderr = await listenForStderr(t);
    assert.equal(await daemon.answer(`${stderr.port}\0${USER}\0wrong\0true\0`), REFUSED);
    assert.equal(await (await stderr.accepted).toEnd(), '');
  });

  it('[step 6] lets nobody in where no users file is set', async (t) => {
    const daemon = await startDaemon(t, { authenticator: nobody });
    assert.equal(await daemon.answer(request('echo ran')), REFUSED);
  });

  it('[step 6] refuses when the authenticator itself fails, and logs why', async (t) => {
    const authenticate = () => Promise.reject(new Error('the directory is down'));
    const daemon = await startDaemon(t, { authenticator: { authenticate } });
    assert.equal(await daemon.answer(request('echo ran')), REFUSED);
    assert.equal((await daemon.events.seen('loginRefused')).cause, 'the directory is down');
  });
});

describe('[step 6] the time a refusal takes', BOUNDED, () => {
  const ROUNDS = 7;
  const KINDS = Object.values(REFUSALS).slice(0, 6);

  async function medians(daemon: DaemonUnderTest): Promise<number[]> {
    const times = KINDS.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round += 1)
      await Promise.all(
        KINDS.map(async ([user, password], kind) => {
          times[kind]!.push(await refusalMs(daemon, user, password));
        }),
      );
    return times.map(median);
  }

  it('[step 6] is at least the least time and does not tell the causes apart', async (t) => {
    const all = await medians(await startDaemon(t, { refusalSeconds: 0.6 }));
    assert.ok(Math.min(...all) >= 599, `medians in ms: ${all}`);
    assert.ok(Math.max(...all) / Math.min(...all) < 1.5, `medians in ms: ${all}`);
  });

  it('[step 6] tells the causes apart where there is no least time (control)', async (t) => {
    const unknownIsSlow = async ({ user }: { user: string }) => {
      if (user !== USER) await new Promise((resolve) => setTimeout(resolve, 40));
      return { accepted: false, cause: 'control' } as const;
    };
    const authenticator = { authenticate: unknownIsSlow };
    const all = await medians(await startDaemon(t, { refusalSeconds: 0, authenticator }));
    assert.ok(Math.max(...all) / Math.min(...all) >= 1.5, `medians in ms: ${all}`);
  });
});
