import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';
import { eventually } from '../../support/peer.ts';

const UNIX = 'auth required pam_unix.so\naccount required pam_unix.so\n';
const NOTE = 'required pam_exec.so /srv/note';

/** Writes what PAM tells a module down, one login a line. */
const NOTE_SCRIPT = `#!/bin/sh
echo "$PAM_TYPE $PAM_USER $PAM_RHOST $PAM_TTY $PAM_SERVICE" >> /srv/notes
`;

describe('the PAM session of a command', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  let daemon: RunningDaemon;

  /** Every daemon here reads this service file at each login. */
  const serve = (text: string): void => {
    machine.run('tee', ['/etc/pam.d/spec'], `${UNIX}${text}\n`);
  };
  const start = (...flags: string[]) =>
    machine.rexecd({ flags: [...QUICK, '--pam-service', 'spec', '--host-idle-seconds', '0', ...flags] });
  const notes = (): string[] => machine.run('cat', ['/srv/notes']).split('\n').slice(0, -1);
  const opened = (user: string) => `open_session ${user} 127.0.0.1 rexec spec`;
  const closed = (user: string) => `close_session ${user} 127.0.0.1 rexec spec`;

  before(async () => {
    machine = await Machine.make();
    machine.addQuickUser('ada', PASSWORD, '--groups', 'audio');
    for (const user of ['bob', 'eve']) machine.addQuickUser(user, PASSWORD);
    machine.addQuickUser('lost', PASSWORD, '--shell', '/no/such/shell');
    machine.run('tee', ['/srv/note'], NOTE_SCRIPT);
    machine.run('chmod', ['755', '/srv/note']);
    serve('');
    daemon = await start();
  });
  after(() => machine.end());

  /** Each test begins without notes. */
  const noteSessions = (): void => {
    machine.shell(': > /srv/notes');
    serve(`session ${NOTE}`);
  };

  it('[step 8] is opened before it and closed after it', async (t) => {
    noteSessions();
    const peer = await daemon.ask(t, 'ada', PASSWORD, 'cat /srv/notes; read line; cat /srv/notes');
    const open = `${opened('ada')}\n`;
    assert.equal(await peer.read(1 + open.length), `\0${open}`);
    assert.deepEqual(notes(), [opened('ada')]);
    await peer.send('\n');
    peer.halfClose();
    assert.equal(await peer.toEnd(), open);
    await eventually(() => notes().length > 1, 'the session is closed');
    assert.deepEqual(notes(), [opened('ada'), closed('ada')]);
  });

  it("[step 8] names the peer's address and the user", async (t) => {
    noteSessions();
    await daemon.answer(t, 'bob', PASSWORD, 'true', '127.0.0.3');
    await eventually(() => notes().length > 1, 'the session is closed');
    const all = notes().map((line) => line.replace('127.0.0.3', '127.0.0.1'));
    assert.deepEqual(all, [opened('bob'), closed('bob')]);
    assert.match(notes()[0]!, / 127\.0\.0\.3 /);
  });

  it('[step 8] is its own where two run at a time', async (t) => {
    noteSessions();
    const first = await daemon.ask(t, 'ada', PASSWORD, 'echo; read line');
    const second = await daemon.ask(t, 'bob', PASSWORD, 'echo; read line');
    await Promise.all([first.read(2), second.read(2)]);
    for (const peer of [first, second]) {
      peer.halfClose();
      await peer.toEnd();
      await eventually(() => notes().length === (peer === first ? 3 : 4), 'the session is closed');
    }
    assert.deepEqual(notes().slice(0, 2).sort(), [opened('ada'), opened('bob')]);
    assert.deepEqual(notes().slice(2), [closed('ada'), closed('bob')]);
  });

  it('[step 8] is closed where the command could not be started', async (t) => {
    noteSessions();
    assert.equal(await daemon.answer(t, 'lost', PASSWORD, 'true'), '\x01Try again.\n');
    await eventually(() => notes().length > 1, 'the session is closed');
    assert.deepEqual(notes(), [opened('lost'), closed('lost')]);
  });

  it('[step 8] is closed where the peer is gone', async (t) => {
    noteSessions();
    const peer = await daemon.ask(t, 'ada', PASSWORD, 'echo; exec sleep 600');
    assert.equal(await peer.read(2), '\0\n');
    peer.reset();
    await eventually(() => notes().length > 1, 'the session is closed');
    assert.deepEqual(notes(), [opened('ada'), closed('ada')]);
  });

  it('[step 8] is closed where the daemon stops', async (t) => {
    noteSessions();
    const stopping = await start('--stop-seconds', '0');
    const peer = await stopping.ask(t, 'ada', PASSWORD, 'echo; exec sleep 600');
    assert.equal(await peer.read(2), '\0\n');
    stopping.child.kill('SIGTERM');
    assert.equal(await peer.toEnd(), '');
    await eventually(() => notes().length > 1, 'the session is closed');
    assert.deepEqual(notes(), [opened('ada'), closed('ada')]);
  });

  for (const [what, line] of Object.entries({
    'a line of it': 'session required pam_deny.so',
    'a line that may be missing': '-session required pam_deny.so',
    'letters of any case': 'SESSION required pam_deny.so',
    'a file it includes': '@include spec-denies',
    'a file it includes from another folder': '@include /srv/spec-denies',
    'a line that includes': 'session include spec-denies',
    'a line in two': 'session \\\n  required pam_deny.so',
    'blanks before it': '\t session\trequired pam_deny.so',
  }))
    it(`[step 6] refuses the login where the service asks for it in ${what}`, async (t) => {
      machine.shell('echo "session required pam_deny.so" | tee /etc/pam.d/spec-denies /srv/spec-denies');
      serve(line);
      assert.match(await daemon.refusal(t, 'ada', PASSWORD), /^open session: /);
    });

  it('[step 6] is not that of the service "other" where the service has none', async (t) => {
    machine.shell('cp /etc/pam.d/other /srv/other');
    t.after(() => machine.shell('cp /srv/other /etc/pam.d/other'));
    machine.shell('echo "session required pam_deny.so" >> /etc/pam.d/other');
    serve('# session required pam_deny.so');
    assert.equal(await daemon.answer(t, 'ada', PASSWORD, 'id -un'), '\0ada\n');
  });

  it('[step 8] makes a home that was missing', async (t) => {
    machine.shell('rm -r /srv/home/eve');
    serve('session required pam_mkhomedir.so');
    assert.equal(await daemon.answer(t, 'eve', PASSWORD, 'pwd; stat -c %U .'), '\0/srv/home/eve\neve\n');
  });
});
