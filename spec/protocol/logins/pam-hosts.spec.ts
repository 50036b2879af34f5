import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { begin, line, shortly, together } from '../../support/daemon/account-run.ts';
import { PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';
import { eventually, within } from '../../support/peer.ts';
import { findProgram, isAlive, PATIENT } from '../../support/program.ts';

const NO_KEYCTL = findProgram('keyctl') === undefined && 'needs keyctl (Debian: keyutils)';

/** Notes each PAM session of a daemon in a file of its own. */
const serviceOf = (file: string): string => `
auth    required pam_unix.so
account required pam_unix.so
session required pam_keyinit.so force revoke
session required pam_exec.so /srv/note ${file}
`;
const NOTE = '#!/bin/sh\necho "$PAM_TYPE $PAM_USER" >> "$1"\n';
const [OPEN, CLOSE] = ['open_session', 'close_session'];

describe('the PAM session of an account', { ...PATIENT, skip: noMachine }, () => {
  let machine: Machine;
  let files = 0;

  before(async () => {
    machine = await Machine.make();
    machine.run('tee', ['/srv/note'], NOTE);
    machine.run('chmod', ['755', '/srv/note']);
    for (const user of ['ada', 'bob']) machine.addQuickUser(user, PASSWORD);
  });
  after(() => machine.end());

  /** A daemon whose hosts stay for so many seconds, and what its PAM sessions have done so far. */
  async function serve(idleSeconds: string): Promise<[daemon: RunningDaemon, notes: () => string[]]> {
    files += 1;
    const file = `/srv/notes${files}`;
    machine.run('touch', [file]);
    const flags = [...QUICK, '--profile', 'false', '--host-idle-seconds', idleSeconds];
    const daemon = await machine.rexecd({ service: serviceOf(file), flags });
    return [daemon, () => machine.run('cat', [file]).split('\n').slice(0, -1)];
  }

  /** Settles once there are so many notes; they are these. */
  async function noted(notes: () => string[], ...expected: string[]): Promise<void> {
    await shortly(() => notes().length >= expected.length, `PAM sessions: ${expected}; seen: ${notes()}`);
    assert.deepEqual(notes(), expected);
  }

  const keyring = (t: TestContext, daemon: RunningDaemon) => together(t, daemon, 'ada', 'keyctl id @s');

  describe('where each login has a host of its own', () => {
    let daemon: RunningDaemon;
    let notes: () => string[];
    before(async () => {
      [daemon, notes] = await serve('0');
    });

    /** What is noted from here on. */
    function since(): () => string[] {
      const count = notes().length;
      return () => notes().slice(count);
    }

    it('[step 8] is opened once, and closed once when the command has ended', async (t) => {
      const seen = since();
      const peer = await begin(t, daemon, 'ada', 'echo on; read x; echo "$x"');
      assert.equal(await line(peer), 'on');
      await delay(200);
      assert.deepEqual(seen(), [`${OPEN} ada`]);
      await peer.send('end\n');
      assert.equal(await peer.toEnd(), 'end\n');
      await noted(seen, `${OPEN} ada`, `${CLOSE} ada`);
    });

    it('[step 8] is one for each of two logins at a time', async (t) => {
      const seen = since();
      const [first, second] = [
        await begin(t, daemon, 'ada', 'read x'),
        await begin(t, daemon, 'ada', 'read x'),
      ];
      await noted(seen, `${OPEN} ada`, `${OPEN} ada`);
      await first.send('end\n');
      await first.toEnd();
      await noted(seen, `${OPEN} ada`, `${OPEN} ada`, `${CLOSE} ada`);
      await second.send('end\n');
      await second.toEnd();
      await noted(seen, `${OPEN} ada`, `${OPEN} ada`, `${CLOSE} ada`, `${CLOSE} ada`);
    });

    it('[step 8] stays open for a process that holds the output', async (t) => {
      const seen = since();
      const peer = await begin(t, daemon, 'ada', 'setsid sleep 1 & echo $$');
      const pid = Number(await line(peer));
      await eventually(() => !isAlive(pid), 'the command ended');
      assert.deepEqual(seen(), [`${OPEN} ada`]);
      assert.equal(await peer.toEnd(), '');
      await noted(seen, `${OPEN} ada`, `${CLOSE} ada`);
    });

    it('[step 8] is closed though a job without output goes on', async (t) => {
      const seen = since();
      const peer = await begin(t, daemon, 'ada', 'setsid sleep 20 > /dev/null 2>&1 < /dev/null & echo $!');
      const job = Number(await line(peer));
      t.after(() => process.kill(job, 'SIGKILL'));
      assert.equal(await peer.toEnd(), '');
      await noted(seen, `${OPEN} ada`, `${CLOSE} ada`);
      assert.ok(isAlive(job));
    });

    it('[step 8] is closed when the peer resets the connection', async (t) => {
      const seen = since();
      const peer = await begin(t, daemon, 'ada', 'exec sleep 20');
      peer.reset();
      await noted(seen, `${OPEN} ada`, `${CLOSE} ada`);
    });

    it('[step 8] is closed once though the command kills the process that started it', async (t) => {
      const seen = since();
      const other = await begin(t, daemon, 'bob', 'echo on; read x; echo "$x"');
      assert.equal(await line(other), 'on');
      const peer = await begin(t, daemon, 'ada', 'read x; kill -9 $PPID; exec sleep 0.2');
      await peer.send('go\n');
      await peer.toEnd().catch(() => {}); // its session may be lost, which is its own doing
      await noted(seen, `${OPEN} bob`, `${OPEN} ada`, `${CLOSE} ada`);
      assert.equal(await together(t, daemon, 'ada', 'echo next'), 'next\n');
      await other.send('still on\n');
      assert.equal(await other.toEnd(), 'still on\n');
      await shortly(() => seen().length === 6, 'every session is closed');
      assert.deepEqual(
        seen().filter((note) => note.endsWith('bob')),
        [`${OPEN} bob`, `${CLOSE} bob`],
      );
    });

    it('[step 8] has a keyring of its own', { skip: NO_KEYCTL }, async (t) => {
      const ids = [await keyring(t, daemon), await keyring(t, daemon)];
      assert.match(ids.join(''), /^\d+\n\d+\n$/);
      assert.notEqual(ids[0], ids[1]);
    });
  });

  it('[step 8] is one for all logins while a host stays, and is closed once when the daemon stops', async (t) => {
    const [daemon, notes] = await serve('60');
    const peers = [await begin(t, daemon, 'ada', 'read x'), await begin(t, daemon, 'ada', 'read x')];
    assert.equal(await together(t, daemon, 'bob', 'echo bob'), 'bob\n');
    for (const peer of peers) {
      await peer.send('end\n');
      await peer.toEnd();
    }
    assert.equal(await together(t, daemon, 'ada', 'echo again'), 'again\n');
    assert.deepEqual(notes(), [`${OPEN} ada`, `${OPEN} bob`]);
    daemon.child.kill('SIGTERM');
    await within(once(daemon.child, 'exit'), 'the daemon to stop');
    assert.deepEqual(notes().slice(2).sort(), [`${CLOSE} ada`, `${CLOSE} bob`]);
  });

  it('[step 8] has one keyring for all logins while a host stays', { skip: NO_KEYCTL }, async (t) => {
    const [daemon] = await serve('60');
    const ids = [await keyring(t, daemon), await keyring(t, daemon)];
    assert.match(ids[0]!, /^\d+\n$/);
    assert.equal(ids[0], ids[1]);
  });

  it('[step 8] is closed once when its host had nothing to do for long enough, and opened again', async (t) => {
    const [daemon, notes] = await serve('1.5');
    assert.equal(await together(t, daemon, 'ada', 'sleep 2; echo longer'), 'longer\n');
    assert.deepEqual(notes(), [`${OPEN} ada`]);
    await noted(notes, `${OPEN} ada`, `${CLOSE} ada`);
    assert.equal(await together(t, daemon, 'ada', 'echo again'), 'again\n');
    await noted(notes, `${OPEN} ada`, `${CLOSE} ada`, `${OPEN} ada`, `${CLOSE} ada`);
  });

  it('[step 8] is closed once when the daemon stops while a command runs', async (t) => {
    const [daemon, notes] = await serve('0');
    const peer = await begin(t, daemon, 'ada', 'echo on; exec sleep 20');
    assert.equal(await line(peer), 'on');
    daemon.child.kill('SIGTERM');
    daemon.child.kill('SIGTERM'); // at once
    await within(once(daemon.child, 'exit'), 'the daemon to stop');
    assert.deepEqual(notes(), [`${OPEN} ada`, `${CLOSE} ada`]);
  });
});
