import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ownIdentity } from '../../../lib/login/index.ts';
import {
  anyone,
  type DaemonUnderTest,
  forEveryWay,
  program,
  request,
  startDaemon,
} from '../../support/daemon/daemon.ts';

const PROFILE = "PROFILE_READ=yes\nexport PROFILE_READ\necho 'from the profile'\n";

/** Descriptors above 2 that this process was started with, which nobody closes. */
const OURS = new Set(readdirSync('/proc/self/fd').filter((fd) => Number(fd) > 2 && passedOn(fd)));

function passedOn(fd: string): boolean {
  try {
    const [, flags = ''] = /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    return (Number.parseInt(flags, 8) & 0o2000000) === 0; // not O_CLOEXEC
  } catch {
    return false; // it was the directory that was being read
  }
}

function temporaryHome(t: TestContext): string {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'rexecd-home-')));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

async function output(daemon: DaemonUnderTest, command: string): Promise<string> {
  return (await daemon.answer(request(command))).slice(1);
}

forEveryWay('[step 8] the environment of a command', (way) => {
  it("[step 8] runs the command in the user's home directory", async (t) => {
    const home = temporaryHome(t);
    const daemon = await startDaemon(t, { authenticator: anyone({ home }), ...way });
    assert.equal(await output(daemon, 'pwd -P; echo "$HOME"'), `${home}\n${home}\n`);
    assert.deepEqual(daemon.events.all('homeUnusable'), []);
  });

  for (const home of ['/no/such/home', '/etc/passwd', '%HOMEDRIVE%%HOMEPATH%', '', 'relative'])
    it(`[NOTE] takes / where the home is ${JSON.stringify(home)}, and logs it`, async (t) => {
      const daemon = await startDaemon(t, { authenticator: anyone({ home }), ...way });
      assert.equal(await output(daemon, 'pwd; echo "$HOME"'), '/\n/\n');
      const event = await daemon.events.seen('homeUnusable');
      assert.deepEqual([event.home, event.directory], [home, '/']);
    });

  it("[step 8] gives the command the user's environment and nothing of the daemon's own", async (t) => {
    process.env.REXECD_SPEC_CANARY = 'of the daemon';
    t.after(() => void delete process.env.REXECD_SPEC_CANARY);
    const home = temporaryHome(t);
    const daemon = await startDaemon(t, { authenticator: anyone({ home, user: 'ada' }), ...way });
    const seen = await output(daemon, "tr '\\0' '\\n' < /proc/$$/environ; :");
    const { PATH, ...variables } = Object.fromEntries(
      seen
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/=(.*)/s).slice(0, 2)),
    );
    const own = { HOME: home, SHELL: '/bin/sh', USER: 'ada', LOGNAME: 'ada', RHOST: '127.0.0.1' };
    assert.deepEqual(variables, own);
    assert.match(PATH, ownIdentity().uid === 0 ? /\/usr\/sbin:/ : /^[^:]+:\/usr\/bin:\/bin$/);
  });

  it('[step 8] tells the command the address of its peer', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), ...way });
    const answer = await daemon.answer(request('echo from $RHOST'), '127.0.0.2');
    assert.equal(answer, '\0from 127.0.0.2\n');
  });

  it("[step 8] runs the command by the user's SHELL", async (t) => {
    const shell = fileURLToPath(new URL('../../support/commands/custom-shell.sh', import.meta.url));
    const daemon = await startDaemon(t, { authenticator: anyone({ shell }), ...way });
    assert.equal(await output(daemon, 'id -u'), 'custom shell: 2: -c id -u\n');
  });

  it('[step 8] runs the command by /bin/sh where the user has no shell', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone({ shell: null }), ...way });
    assert.equal(await output(daemon, 'echo "$0"'), 'sh\n');
  });

  it("[step 8] loads the user's profile, then runs the command", async (t) => {
    const home = temporaryHome(t);
    writeFileSync(join(home, '.profile'), PROFILE);
    const daemon = await startDaemon(t, { authenticator: anyone({ home }), profile: true, ...way });
    assert.match(await output(daemon, 'echo "$PROFILE_READ $0"'), /from the profile\nyes sh\n$/);
  });

  it('[step 8] leaves the profile unread where the setting says so', async (t) => {
    const home = temporaryHome(t);
    writeFileSync(join(home, '.profile'), PROFILE);
    const daemon = await startDaemon(t, { authenticator: anyone({ home }), profile: false, ...way });
    assert.equal(await output(daemon, 'echo "$PROFILE_READ, $0"'), ', sh\n');
  });

  it('[step 8] runs the command in a session and a group of its own, with three descriptors', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), ...way });
    const idle = await daemon.connect(); // one more socket that could be inherited
    await idle.send('0\0');
    const [ids = '', ...descriptors] = (await output(daemon, `sh ${program('own-process.sh')}; :`)).split(
      '\n',
    );
    const [pid, group, session] = ids.split(' ');
    assert.equal(Number(pid), (await daemon.events.seen('commandStarted')).pid);
    assert.deepEqual([group, session], [pid, pid]);
    const leaked = descriptors.filter((fd) => !OURS.has(fd));
    assert.deepEqual(leaked, ['0', '1', '2', '']);
  });

  it('[step 8] sends what the shell says about a command it cannot run', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), ...way });
    assert.match(await output(daemon, '/no/such/program'), /\/no\/such\/program.*not found\n$/);
    assert.equal((await daemon.events.seen('commandEnded')).status, 127);
  });

  it('[step 8] gives the command exactly the line that was sent', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), ...way });
    assert.equal(
      await output(
        daemon,
        `printf '%s|' "a  b" $((1+1)) 'c
d' "\\$HOME" \xc3\xa9`,
      ),
      'a  b|2|c\nd|$HOME|\xc3\xa9|',
    );
  });
});
