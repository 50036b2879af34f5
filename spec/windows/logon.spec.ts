import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ON_WINE, onWine, prepareWine, type WineEnded, wine, wineFolder } from './support/wine.ts';

/** Starts commands as the account of a token, which on Wine can only be that of the process itself. */
const AS_TOKEN = `
  setInterval(() => {}, 1e6);
  import { once } from 'node:events';
  import { text } from 'node:stream/consumers';
  import { shellCommand, windowsEnvironment, windowsLauncher } from './lib/launch/index.ts';
  import { ownIdentity } from './lib/login/index.ts';
  import { closeHandle, inThread } from './lib/native/index.ts';
  import { ownToken } from './spec/windows/support/logon.mjs';
  const CMD = 'C:\\\\windows\\\\system32\\\\cmd.exe';
  const identity = ownIdentity();
  const launcher = await windowsLauncher();
  const token = ownToken();
  const { handle, folder, environment } = await inThread('loadProfile', [token, identity.user]);
  const launch = (command, more = {}) => launcher.launch({
    identity,
    token,
    shell: shellCommand(CMD, Buffer.from(command), false),
    directory: folder,
    environment: windowsEnvironment({ identity, environment }, '::1', {}),
    limits: {},
    stderr: 'pipe',
    ...more,
  });
  const run = async (command, more) => {
    const { stdin, stdout, stderr, exit, group } = await launch(command, more);
    stdin.end('in');
    const ended = await Promise.all([text(stdout), stderr && text(stderr), exit]);
    group.close();
    return ended;
  };
  const give = (result) => console.log(JSON.stringify(result));
`;

describe('a command that Windows starts with a token', ON_WINE, () => {
  before(prepareWine);

  it('has its three streams, its exit status, its directory and the environment of the account', async (t) => {
    const source = `${AS_TOKEN}
      const copy = '"N:\\\\bin\\\\node.exe" R:\\\\spec\\\\windows\\\\commands\\\\copy.mjs';
      give([
        await run('cd& echo %USERNAME% %RHOST% %HOME%& echo err 1>&2& exit 7'),
        await run(copy),
        await run('echo 1& echo 2 1>&2& echo 3', { stderr: 'stdout' }),
      ]);
      process.exit();`;
    const [all, copied, merged] = await onWine<[string, string | null, { code: number }][]>(
      wineFolder(t),
      source,
    );
    const [directory, names] = all![0].split('\r\n');
    assert.match(directory!, /^C:\\users\\\w+$/);
    assert.equal(names, `${directory!.split('\\').at(-1)} ::1 ${directory}`);
    assert.deepEqual([all![1], all![2].code], ['err \r\n', 7]);
    assert.deepEqual([copied![0], copied![2].code], ['in', 0]);
    assert.deepEqual(merged!.slice(0, 2), ['1\r\n2 \r\n3\r\n', null]);
  });

  it('ends as a whole by a signal, in its job', async (t) => {
    const source = `${AS_TOKEN}
      const { exit, group, stdout } = await launch('"N:\\\\bin\\\\node.exe" -e "setInterval(() => {}, 1e6); console.log(1)"');
      await once(stdout, 'data');
      const before = [group.signal(0), group.signal(15)];
      give([before, await exit, group.gone]);
      group.close();
      process.exit();`;
    assert.deepEqual(await onWine(wineFolder(t), source), [
      [true, true],
      { type: 'signaled', signal: 'SIGTERM' },
      true,
    ]);
  });

  it('runs although the token is closed meanwhile', async (t) => {
    const source = `${AS_TOKEN}
      const running = run('echo in');
      closeHandle(token);
      give(await running);
      process.exit();`;
    const [stdout] = await onWine<[string]>(wineFolder(t), source);
    assert.equal(stdout, 'in\r\n');
  });

  it('is refused without its shell or its directory, and leaves nothing open', async (t) => {
    const source = `${AS_TOKEN}
      import koffi from 'koffi';
      const count = koffi.load('kernel32.dll').func('int __stdcall GetProcessHandleCount(intptr_t process, _Out_ uint32_t *count)');
      const handles = () => {
        const found = [0];
        count(-1, found);
        return found[0];
      };
      const wrong = [{ shell: shellCommand('C:\\\\no\\\\such.exe', Buffer.from('x'), false) }, { directory: 'C:\\\\no\\\\such' }];
      const codes = () => Promise.all(wrong.map((more) => launch('x', more).then(() => 'started', ({ code }) => code)));
      const round = async () => [...await codes(), (await run('exit 3'))[2].code];
      for (let each = 0; each < 4; each += 1) await round(); // all threads are there
      const before = handles();
      const all = [];
      for (let each = 0; each < 10; each += 1) all.push(await round());
      give([handles() - before, all]);
      process.exit();`;
    const [more, all] = await onWine<[number, unknown[][]]>(wineFolder(t), source);
    const expected = ['REXEC_LAUNCH_FAILED', 'REXEC_LAUNCH_FAILED', 3];
    assert.deepEqual(all, Array(10).fill(expected));
    assert.ok(more < 10, `${more} more handles after 30 starts`);
  });
});

/** A daemon for accounts of Windows, with the logon of support/logon.mjs, and a client in the same program. */
const DAEMON = `
  import { connect } from 'node:net';
  import { text } from 'node:stream/consumers';
  import koffi from 'koffi';
  import { Daemon } from './lib/daemon/index.ts';
  import { exec } from './lib/index.ts';
  import { ownIdentity } from './lib/login/index.ts';
  import { WindowsAuthenticator } from './lib/login/windows/authenticator.ts';
  import { loadSettings } from './lib/settings/index.ts';
  import { PASSWORD, putLogonInPlace } from './spec/windows/support/logon.mjs';
  const count = koffi.load('kernel32.dll').func('int __stdcall GetProcessHandleCount(intptr_t process, _Out_ uint32_t *count)');
  const handles = () => {
    const found = [0];
    count(-1, found);
    return found[0];
  };
  const unloaded = putLogonInPlace(100);
  const { user } = ownIdentity();
  const events = [];
  const start = async (more = {}) => {
    const settings = loadSettings({}, { listen: ['127.0.0.1:0'], refusalSeconds: 0, lockoutFailures: 0, ...more });
    const emit = (name, fields) => events.push({ name, ...fields });
    const daemon = new Daemon(settings, { authenticator: new WindowsAuthenticator(settings), events: { emit } });
    await daemon.listen();
    const run = (name, password, command) =>
      exec('127.0.0.1', command, { port: daemon.port, user: name, password, capture: true }).then(
        ({ stdout, stderr, exitCode }) => [String(stdout), String(stderr), exitCode],
        ({ message }) => message,
      );
    return { daemon, run };
  };
  const causes = () => events.filter(({ cause }) => cause).map(({ cause }) => cause);
  const give = (result) => console.log(JSON.stringify(result));
`;

describe('a login to an account of Windows', ON_WINE, () => {
  before(prepareWine);

  it('[steps 6 and 8] runs the command in the profile folder, and gives up profile and token afterwards', async (t) => {
    const source = `${DAEMON}
      const { daemon, run } = await start();
      const first = await run(user, PASSWORD, 'cd& echo err 1>&2& exit 5');
      for (let each = 0; each < 4; each += 1) await run(user, PASSWORD, 'exit 0');
      const before = handles();
      for (let each = 0; each < 10; each += 1) await run(user, PASSWORD, 'exit 0');
      const more = handles() - before;
      await daemon.stop();
      give({ first, more, unloaded: unloaded(), users: events.filter(({ localUser }) => localUser)[0].localUser, user });
      process.exit();`;
    const { first, more, unloaded, users, user } = await onWine<{
      first: [string, string, number];
      more: number;
      unloaded: number;
      users: string;
      user: string;
    }>(wineFolder(t), source);
    assert.match(first[0], /^C:\\users\\\w+\r\n$/);
    assert.deepEqual(first.slice(1), ['err \r\n', 5]);
    assert.equal(unloaded, 15);
    assert.equal(users, user);
    assert.ok(more < 10, `${more} more handles after 10 sessions`);
  });

  it('[step 6] is refused in one way for the peer, and by its cause in the log', async (t) => {
    const source = `${DAEMON}
      const { daemon, run } = await start();
      const answers = [
        await run(user, 'wrong', 'echo'),
        await run('nobody-here', PASSWORD, 'echo'),
        await run('CORP\\\\' + user + '@x', PASSWORD, 'echo'),
        await run(user, '', 'echo'),
      ];
      await daemon.stop();
      const listed = await start({ denyGroups: ['administrators'] });
      answers.push(await listed.run(user, PASSWORD, 'echo'));
      await listed.daemon.stop();
      give([answers, causes(), unloaded()]);
      process.exit();`;
    const [answers, causes, unloaded] = await onWine<[string[], string[], number]>(wineFolder(t), source);
    assert.equal(new Set(answers).size, 1, answers.join('; '));
    assert.match(answers[0]!, /Login incorrect\./);
    assert.deepEqual(causes, [
      'wrong password (error 1326)',
      'there is no such account',
      'there is no such account',
      'wrong password (error 1326)',
      'group administrators is in accounts.denyGroups',
    ]);
    assert.equal(unloaded, 0);
  });

  it('counts for the account, however it is spelled', async (t) => {
    const source = `${DAEMON}
      import { machineName } from './lib/native/index.ts';
      const authenticator = new WindowsAuthenticator(loadSettings({}, {}));
      const spellings = [user, '.\\\\' + user, machineName() + '\\\\' + user, 'nobody-here'];
      give([user, await Promise.all(spellings.map((each) => authenticator.accountOf(each)))]);
      process.exit();`;
    const [user, accounts] = await onWine<[string, string[]]>(wineFolder(t), source);
    assert.deepEqual(accounts, [user, user, user, 'nobody-here']);
  });

  it('gives up profile and token also if the session ends before its command starts', async (t) => {
    const source = `${DAEMON}
      const { daemon } = await start({ stderrChannel: 'after-auth', lowestStderrPort: 1 });
      const peer = connect({ port: daemon.port, host: '127.0.0.1' });
      peer.write(['1', user, PASSWORD, 'echo in', ''].join('\\0')); // nobody listens on port 1
      const answer = await text(peer);
      await daemon.stop();
      give([answer, unloaded(), events.some(({ name }) => name === 'loginAccepted')]);
      process.exit();`;
    const [answer, unloaded, accepted] = await onWine<[string, number, boolean]>(wineFolder(t), source);
    assert.deepEqual([answer[0], unloaded, accepted], ['\x01', 1, true]);
  });

  it('fails if Windows does not answer in time, and gives up what comes later', async (t) => {
    const source = `${DAEMON.replace('putLogonInPlace(100)', 'putLogonInPlace(1, 2000)')}
      import { Secret } from './lib/base/index.ts';
      const authenticator = new WindowsAuthenticator(loadSettings({}, { loginSeconds: 1 }));
      const secret = new Secret(Buffer.from(PASSWORD));
      const asked = authenticator.authenticate({ user, secret, address: '::1' });
      const answer = await asked.then(() => 'accepted', ({ message }) => message);
      const early = unloaded();
      while (unloaded() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      give([answer, early, unloaded()]);
      process.exit();`;
    const late = 'no answer from Windows within 1 s (login.seconds)';
    assert.deepEqual(await onWine(wineFolder(t), source), [late, 0, 1]);
  });

  it('wipes the password that Windows has read, which may be any UTF-8', async (t) => {
    const source = `${DAEMON}
      import { logOn } from './lib/native/windows/logon/log-on.ts';
      const tries = [PASSWORD, 'wrong', Buffer.from([0xff]), ''].map((password) => {
        const bytes = Uint8Array.from(Buffer.from(password));
        const { error = 0 } = logOn('.', user, bytes, false);
        return [error, bytes.every((byte) => byte === 0)];
      });
      give(tries);
      process.exit();`;
    assert.deepEqual(await onWine(wineFolder(t), source), [
      [0, true],
      [1326, true],
      [1326, true],
      [1326, true],
    ]);
  });
});

describe('accounts of Windows on Wine', ON_WINE, () => {
  before(prepareWine);

  const rexecd = (t: Parameters<typeof wineFolder>[0], ...words: string[]): Promise<WineEnded> =>
    wine(wineFolder(t), ['N:\\bin\\node.exe', 'R:\\lib\\cli\\rexecd.ts', '-debug', '--port', '0', ...words]);

  for (const words of [
    ['--authenticator', 'system'],
    ['--users', ''],
  ])
    it(`are not served (${words.join(' ')}), since its LogonUser lets everyone in`, async (t) => {
      const { stdout, stderr, status } = await rexecd(t, ...words);
      assert.deepEqual([stdout, status], ['', 1]);
      assert.equal(
        stderr.replaceAll('\r', ''),
        'rexecd: this is Wine, where any password lets anyone log in; set login.authenticator "users"\n',
      );
    });

  it('are not served by the authenticator itself either', async (t) => {
    const source = `
      import { windowsAuthenticator } from './lib/login/index.ts';
      const asked = windowsAuthenticator({});
      console.log(JSON.stringify(await asked.then(() => 'served', ({ message }) => message)));`;
    assert.match(await onWine<string>(wineFolder(t), source), /^this is Wine/);
  });

  it('need "system", not "pam", and passwords besides certificates', async (t) => {
    const pam = await rexecd(t, '--authenticator', 'pam');
    assert.match(
      pam.stderr,
      /login\.authenticator "pam" is not for Windows, which has no PAM; set "system" or "users"/,
    );
    const either = await rexecd(t, '--authenticator', 'system', '--tls-login', 'either');
    assert.match(
      either.stderr,
      /tls\.login "either": accounts of Windows need a password; set "password" or "both"/,
    );
  });
});
