import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ON_WINE, onWine, prepareWine, wineFolder } from './support/wine.ts';

/** Starts commands by the launcher of Windows, as lib/run does. */
const LAUNCHER = `
  setInterval(() => {}, 1e6); // as a listener does, keeps the program running
  import { once } from 'node:events';
  import { Socket } from 'node:net';
  import { text } from 'node:stream/consumers';
  import { shellCommand, windowsEnvironment, windowsLauncher } from './lib/launch/index.ts';
  import { ownIdentity } from './lib/login/index.ts';
  import { closeHandle, openChildPipe } from './lib/native/index.ts';
  const NODE = '"N:\\\\bin\\\\node.exe"';
  const identity = ownIdentity();
  const launcher = await windowsLauncher();
  const launch = (command, more = {}) => launcher.launch({
    identity,
    shell: shellCommand('C:\\\\windows\\\\system32\\\\cmd.exe', Buffer.from(command), false),
    directory: 'C:\\\\',
    environment: windowsEnvironment({ identity }, '::1', process.env),
    limits: {},
    stderr: 'pipe',
    ...more,
  });
  const give = (result) => console.log(JSON.stringify(result));
`;

describe('a command that the launcher of Windows starts', ON_WINE, () => {
  before(prepareWine);

  it('inherits its three handles and no other', async (t) => {
    // A far end that is inherited would keep the near one from its end for as long as the command runs.
    const source = `${LAUNCHER}
      const other = openChildPipe('read');
      const command = await launch(NODE + ' -e "setInterval(() => {}, 1e6); console.log(1)"');
      await once(command.stdout, 'data');
      closeHandle(other.far);
      const near = new Socket({ fd: other.near, readable: true, writable: false });
      near.resume();
      await once(near, 'end');
      give(command.group.gone);
      command.group.close();
      process.exit();`;
    assert.equal(await onWine(wineFolder(t), source), false);
  });

  it('is gone once it was killed, and takes no more signals', async (t) => {
    const source = `${LAUNCHER}
      const { exit, group, stdout } = await launch(NODE + ' -e "setInterval(() => {}, 1e6); console.log(1)"');
      await once(stdout, 'data');
      const before = [group.signal(0), group.signal(19), group.signal('SIGWINCH'), group.signal(15)];
      const status = await exit;
      give([before, status, group.signal(0), group.signal(15), group.gone]);
      group.close();
      process.exit();`;
    assert.deepEqual(await onWine(wineFolder(t), source), [
      [true, false, false, true],
      { type: 'signaled', signal: 'SIGTERM' },
      false,
      false,
      true,
    ]);
  });

  it('is refused without its shell, its directory or its command in UTF-8', async (t) => {
    const source = `${LAUNCHER}
      const cmd = 'C:\\\\windows\\\\system32\\\\cmd.exe';
      const wrong = [
        { shell: shellCommand('C:\\\\no\\\\such.exe', Buffer.from('x'), false) },
        { directory: 'C:\\\\no\\\\such' },
        { shell: shellCommand(cmd, Buffer.from([0xff]), false) },
      ];
      const codes = await Promise.all(wrong.map((more) => launch('x', more).then(() => 'started', ({ code }) => code)));
      give(codes);
      process.exit();`;
    assert.deepEqual(await onWine(wineFolder(t), source), Array(3).fill('REXEC_LAUNCH_FAILED'));
  });

  it('leaves nothing open, however many there are', async (t) => {
    const source = `${LAUNCHER}
      import koffi from 'koffi';
      const count = koffi.load('kernel32.dll').func('int __stdcall GetProcessHandleCount(intptr_t process, _Out_ uint32_t *count)');
      const handles = () => {
        const found = [0];
        count(-1, found);
        return found[0];
      };
      const one = async () => {
        const { exit, group, stdin, stdout, stderr } = await launch('exit 3');
        stdin.end();
        const streams = [stdin, stdout, stderr].map((stream) => once(stream, 'close'));
        for (const stream of [stdout, stderr]) stream.resume();
        await exit;
        group.close();
        stdin.destroy();
        await Promise.all(streams);
      };
      for (let round = 0; round < 3; round += 1) await one();
      const before = handles();
      for (let round = 0; round < 20; round += 1) await one();
      give(handles() - before);
      process.exit();`;
    const more = await onWine<number>(wineFolder(t), source);
    assert.ok(more < 10, `${more} more handles after 20 commands`);
  });
});

describe('the library on Wine', ON_WINE, () => {
  before(prepareWine);

  it('runs commands of peers and of its own, in one program', async (t) => {
    const source = `
      import { createDaemon, exec } from './lib/index.ts';
      const daemon = createDaemon({ authenticate: ({ user }) => user === 'ada' });
      await daemon.listen();
      const { stdout, stderr, exitCode } = await exec('127.0.0.1', 'echo out& echo err 1>&2& exit 5', {
        port: daemon.port, user: 'ada', password: 'x', capture: true,
      });
      await daemon.close();
      console.log(JSON.stringify([String(stdout), String(stderr), exitCode]));
      process.exit();`;
    assert.deepEqual(await onWine(wineFolder(t), source), ['out\r\n', 'err \r\n', 5]);
  });
});
