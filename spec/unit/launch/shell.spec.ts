import assert from 'node:assert/strict';
import { relative } from 'node:path';
import { describe, it } from 'node:test';
import {
  type Environment,
  LaunchError,
  resolveShell,
  shellCommand,
  usableShell,
} from '../../../lib/launch/index.ts';

/** SHELL, shell, COMSPEC and ComSpec, in this order (rexecd(8) step 8), then the system's own. */
const RESOLVED: readonly [Environment, NodeJS.Platform, string][] = [
  [{ SHELL: '/bin/a', shell: '/bin/b', COMSPEC: '/bin/c', ComSpec: '/bin/d' }, 'linux', '/bin/a'],
  [{ shell: '/bin/b', COMSPEC: '/bin/c', ComSpec: '/bin/d' }, 'linux', '/bin/b'],
  [{ COMSPEC: '/bin/c', ComSpec: '/bin/d' }, 'linux', '/bin/c'],
  [{ ComSpec: '/bin/d' }, 'linux', '/bin/d'],
  [{ SHELL: '', shell: '/bin/b' }, 'linux', '/bin/b'],
  [{ Shell: '/bin/a', comspec: '/bin/c' }, 'linux', '/bin/sh'],
  [{}, 'linux', '/bin/sh'],
  [{}, 'darwin', '/bin/sh'],
  [{ SHELL: 'C:/mks/sh.exe', ComSpec: 'C:\\Windows\\System32\\cmd.exe' }, 'win32', 'C:/mks/sh.exe'],
  [{ ComSpec: 'D:\\Win\\System32\\cmd.exe' }, 'win32', 'D:\\Win\\System32\\cmd.exe'],
  [{ SystemRoot: 'D:\\Win' }, 'win32', 'D:\\Win\\System32\\cmd.exe'],
  [{}, 'win32', 'C:\\Windows\\System32\\cmd.exe'],
  [{ SHELL: 'a', shell: 'b', COMSPEC: 'c', ComSpec: 'd' }, 'win32', 'a'],
  [{ shell: 'b', COMSPEC: 'c', ComSpec: 'd', SystemRoot: 'D:\\Win' }, 'win32', 'b'],
  [{ COMSPEC: 'c', ComSpec: 'd', SystemRoot: 'D:\\Win' }, 'win32', 'c'],
  [{ SHELL: '', shell: '', COMSPEC: '', ComSpec: 'd' }, 'win32', 'd'],
  [{ SHELL: '', shell: '', COMSPEC: '', ComSpec: '' }, 'win32', 'C:\\Windows\\System32\\cmd.exe'],
  [{ comspec: 'c', Shell: 'a', PATH: 'C:\\mks' }, 'win32', 'C:\\Windows\\System32\\cmd.exe'],
  [{ SystemRoot: 'E:\\' }, 'win32', 'E:\\System32\\cmd.exe'],
  [{ SystemRoot: '' }, 'win32', 'C:\\Windows\\System32\\cmd.exe'],
  [{ SystemRoot: 'D:\\Win' }, 'linux', '/bin/sh'],
  [{ SHELL: '', shell: '', COMSPEC: '', ComSpec: '' }, 'linux', '/bin/sh'],
];

/** Shells that have `-l`, and those that are told by their name only. */
const WITH_OPTION = ['sh', 'dash', 'bash', 'ash', 'ksh', 'ksh93', 'mksh', 'zsh'];
const BY_NAME = ['csh', 'tcsh', 'fish', 'rc', 'rbash', 'bash5', 'my shell', 'menu.py'];

/** What may be run, and what may not. */
const PROGRAMS = [
  ['/bin/sh', true],
  ['/no/such/shell', false],
  ['/etc/passwd', false],
  ['/etc/passwd/sh', false],
  ['/', false],
  ['/etc', false],
  ['', false],
  ['sh', false],
  [relative('', process.execPath), false], // it is run in another directory
] as const;

describe('the shell', () => {
  for (const [environment, platform, shell] of RESOLVED)
    it(`[step 8] is ${shell} for ${JSON.stringify(environment)} on ${platform}`, () =>
      assert.equal(resolveShell(null, environment, platform), shell));

  it("[step 8] is the account's own, whatever the environment names (B7)", () =>
    assert.equal(resolveShell('/bin/rbash', { SHELL: '/bin/bash' }, 'linux'), '/bin/rbash'));

  it('[step 8] gets the command as one argument', () => {
    const line = 'echo "a  b" \'c\'; exit 3';
    const command = { file: '/bin/bash', argv0: 'bash', arguments: ['-c', '--', line, 'bash'] };
    assert.deepEqual(shellCommand('/bin/bash', Buffer.from(line), false), command);
  });

  it('[step 8] reads the profile as a login shell, by -l or by a name that begins with a dash', () => {
    const bash = { file: '/bin/bash', argv0: 'bash', arguments: ['-l', '-c', '--', 'id', 'bash'] };
    assert.deepEqual(shellCommand('/bin/bash', Buffer.from('id'), true), bash);
    const csh = { file: '/bin/csh', argv0: '-csh', arguments: ['-c', 'id'] };
    assert.deepEqual(shellCommand('/bin/csh', Buffer.from('id'), true), csh);
  });

  for (const shell of ['C:\\Windows\\System32\\cmd.exe', 'C:/Windows/cmd.exe', 'cmd', 'CMD.EXE'])
    it(`[step 8] knows ${shell} for the interpreter of Windows`, () => {
      const command = { file: shell, argv0: shell, arguments: ['/d', '/s', '/c', 'dir /b'] };
      assert.deepEqual(shellCommand(shell, Buffer.from('dir /b'), true), command);
      assert.deepEqual(shellCommand(shell, Buffer.from('dir /b'), false), command);
    });

  for (const shell of ['/bin/mycmd', '/opt/cmd.exe.d/sh', '/bin/cmdsh'])
    it(`[step 8] does not take ${shell} for it`, () =>
      assert.deepEqual(
        shellCommand(shell, Buffer.from('ls'), false)
          .arguments.filter((word) => word !== '--')
          .slice(0, 2),
        ['-c', 'ls'],
      ));

  for (const name of WITH_OPTION)
    it(`[step 8] tells ${name} by -l that it is a login shell, and no other way`, () => {
      const file = `/opt/${name}`;
      const login = { file, argv0: name, arguments: ['-l', '-c', '--', 'id', name] };
      assert.deepEqual(shellCommand(file, Buffer.from('id'), true), login);
      assert.deepEqual(shellCommand(file, Buffer.from('id'), false), {
        ...login,
        arguments: ['-c', '--', 'id', name],
      });
    });

  for (const name of BY_NAME)
    it(`[step 8] tells ${name} by its name that it is a login shell, and no other way`, () => {
      const file = `/opt/${name}`;
      const login = { file, argv0: `-${name}`, arguments: ['-c', 'id'] };
      assert.deepEqual(shellCommand(file, Buffer.from('id'), true), login);
      assert.deepEqual(shellCommand(file, Buffer.from('id'), false), { ...login, argv0: name });
    });

  for (const [shell, usable] of PROGRAMS)
    it(`[step 8] is ${usable ? '' : 'not '}${JSON.stringify(shell)}`, () => {
      if (usable) assert.equal(usableShell(shell), shell);
      else
        assert.throws(
          () => usableShell(shell),
          (error) => {
            assert.ok(error instanceof LaunchError);
            assert.ok(error.message.startsWith(`shell ${shell}: `), error.message);
            return true;
          },
        );
    });
});
