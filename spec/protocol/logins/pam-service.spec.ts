import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';

const UNIX = 'auth required pam_unix.so\naccount required pam_unix.so';
const NULLOK = 'auth required pam_unix.so nullok\naccount required pam_unix.so';
const PERMIT = 'auth required pam_permit.so\naccount required pam_permit.so';
const TYPES = ['auth', 'account', 'session'];
const REFUSED = '\x01Login incorrect.\n';

/** Users whose login goes wrong at the step they are named after, by the scripts below. */
const STEPS = ['auth', 'account', 'open_session'];
const CRASH = '[ "$PAM_TYPE" != "$PAM_USER" ] || kill -SEGV $PPID';
const HANG = '[ "$PAM_TYPE" != "$PAM_USER" ] || read line < /srv/hold';
const LOOK = 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ >> /srv/seen 2>/dev/null; :';

describe('the PAM service', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  let daemon: RunningDaemon;

  /** Every daemon here reads this service file at each login. */
  const serve = (text: string): void => void machine.run('tee', ['/etc/pam.d/spec'], `${text}\n`);

  /** pam_unix, and a script as module of every type; PAM_TYPE and PAM_USER are in its environment. */
  const serveScript = (text: string): void => {
    machine.run('tee', ['/srv/module'], `#!/bin/sh\n${text}\n`);
    machine.run('chmod', ['755', '/srv/module']);
    serve([UNIX, ...TYPES.map((type) => `${type} required pam_exec.so /srv/module`)].join('\n'));
  };

  before(async () => {
    machine = await Machine.make();
    for (const user of ['ada', 'bob', 'blank', ...STEPS, 'close_session'])
      machine.addQuickUser(user, PASSWORD);
    machine.shell('passwd --delete blank');
    serve(UNIX);
    daemon = await machine.rexecd({ flags: [...QUICK, '--pam-service', 'spec', '--host-idle-seconds', '0'] });
  });
  after(() => machine.end());

  for (const [what, service] of Object.entries({
    'common-auth, which has nullok': '@include common-auth\n@include common-account',
    'pam_unix nullok': NULLOK,
    pam_unix: UNIX,
  }))
    it(`[step 6] of ${what} lets nobody in to an account without a password`, async (t) => {
      serve(service);
      assert.match(await daemon.refusal(t, 'blank', ''), /^authentication: |empty password/);
      assert.match(await daemon.refusal(t, 'blank', 'any'), /^authentication: /);
    });

  it('[step 6] of pam_permit lets in whoever has an account, with any password', async (t) => {
    serve(PERMIT);
    for (const user of ['blank', 'ada'])
      assert.equal(await daemon.answer(t, user, 'any', 'id -un'), `\0${user}\n`);
    assert.match(await daemon.refusal(t, 'nemo', 'any'), /no such account/);
  });

  it('[step 6] of pam_permit lets in nobody without a password', async (t) => {
    serve(PERMIT);
    for (const user of ['blank', 'ada'])
      assert.match(await daemon.refusal(t, user, ''), /empty password/, user);
  });

  it('[step 6] without a file ends the start with one line that names it', () => {
    const start = () => machine.run(process.execPath, ['lib/cli/rexecd.ts', '--pam-service', 'not-there']);
    assert.throws(start, ({ status, stdout, stderr }) => {
      assert.equal(status, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /^rexecd: .*\/etc\/pam\.d\/not-there.*\n$/);
      return true;
    });
  });

  it('[step 6] lets nobody in once its file is gone, and whoever may once it is back', async (t) => {
    serve(UNIX);
    assert.equal(await daemon.answer(t, 'ada', PASSWORD, 'id -un'), '\0ada\n');
    machine.run('rm', ['/etc/pam.d/spec']);
    assert.match(await daemon.refusal(t, 'ada', PASSWORD), /\/etc\/pam\.d\/spec/);
    serve(UNIX);
    assert.equal(await daemon.answer(t, 'ada', PASSWORD, 'id -un'), '\0ada\n');
  });

  it('[step 6] does not delay a refusal: only the setting does', async (t) => {
    serve(`auth optional pam_faildelay.so delay=20000000\n${UNIX}`);
    const begin = performance.now();
    assert.match(await daemon.refusal(t, 'ada', 'wrong'), /^authentication: /);
    assert.ok(performance.now() - begin < 10_000);
  });

  it('[step 6] may have modules that crash: who comes next logs in', async (t) => {
    serveScript(CRASH);
    for (const user of STEPS.filter((step) => step !== 'open_session')) {
      assert.equal(await daemon.refusal(t, user, PASSWORD), 'login helper ended: SIGSEGV');
      assert.equal(await daemon.answer(t, 'bob', PASSWORD, 'id -un'), '\0bob\n');
    }
    assert.equal(await daemon.answer(t, 'open_session', PASSWORD, 'id -un'), '\x01Try again.\n');
    await daemon.seen(/user="open_session" cause="host ended: SIGSEGV"/);
    assert.equal(await daemon.answer(t, 'close_session', PASSWORD, 'id -un'), '\0close_session\n');
    await daemon.seen(/REXECD-303 .*user="close_session" cause="login helper ended: SIGSEGV"/);
    assert.equal(await daemon.answer(t, 'bob', PASSWORD, 'id -un'), '\0bob\n');
  });

  it('[step 8] may have modules that crash while a command runs, which goes on', async (t) => {
    serveScript(CRASH);
    const peer = await daemon.ask(t, 'ada', PASSWORD, 'echo on; read line; echo "$line"');
    assert.equal(await peer.read(4), '\0on\n');
    assert.equal(await daemon.answer(t, 'open_session', PASSWORD, 'id -un'), '\x01Try again.\n');
    await peer.send('still on\n');
    assert.equal(await peer.toEnd(), 'still on\n');
  });

  it('[step 6] may have modules that hang: the login is refused in time, who comes next logs in', async (t) => {
    machine.shell('mkfifo /srv/hold');
    t.after(() => machine.shell('echo 1<> /srv/hold')); // lets the modules end
    serveScript(HANG);
    const impatient = await machine.rexecd({
      flags: [...QUICK, '--pam-service', 'spec', '--login-seconds', '2'],
    });
    const answers = STEPS.map((user) => impatient.answer(t, user, PASSWORD, 'echo ran'));
    assert.deepEqual(await Promise.all(answers), [REFUSED, REFUSED, '\x01Try again.\n']);
    await impatient.seen(/user="open_session" cause="no answer from the host within 2 s \(login\.seconds\)"/);
    for (const user of STEPS.slice(0, 2))
      await impatient.seen(
        new RegExp(
          `REXECD-300 .*user="${user}" cause="no answer from the login helper within 2 s \\(login\\.seconds\\)"`,
        ),
      );
    assert.equal(await impatient.answer(t, 'bob', PASSWORD, 'id -un'), '\0bob\n');
  });

  it('[step 4] may have modules that look at every process: none has the password', async (t) => {
    serveScript(LOOK);
    const secrets = { ada: `${randomUUID()} of ada`, bob: `${randomUUID()} of bob` };
    for (const [user, secret] of Object.entries(secrets)) {
      machine.setPassword(user, secret);
      t.after(() => machine.setPassword(user, PASSWORD));
    }
    const waiting = await daemon.ask(t, 'bob', secrets.bob, 'exec env CANARY=bird sh -c "echo; read line"');
    assert.equal(await waiting.read(2), '\0\n');
    assert.equal(await daemon.answer(t, 'ada', secrets.ada, 'id -un'), '\0ada\n');
    assert.match(await daemon.refusal(t, 'ada', `${secrets.ada}!`), /^authentication: /);
    waiting.halfClose();
    assert.equal(await waiting.toEnd(), '');
    const seen = machine.run('cat', ['/srv/seen']);
    for (const there of ['CANARY=bird', 'helper-program', 'PAM_USER=ada', 'PAM_TYPE=open_session'])
      assert.ok(seen.includes(there), there);
    for (const secret of Object.values(secrets)) {
      assert.ok(!seen.includes(secret));
      assert.deepEqual(
        daemon.events.filter((line) => line.includes(secret)),
        [],
      );
    }
  });
});
