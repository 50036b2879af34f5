import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commandLine } from '../../../lib/launch/command-line.ts';
import { LaunchError, shellCommand, windowsEnvironment } from '../../../lib/launch/index.ts';

const CMD = 'C:\\Windows\\System32\\cmd.exe';
const lineOf = (shell: string, command: string | Buffer, login = false): string =>
  commandLine(shellCommand(shell, Buffer.from(command), login));

/** What cmd.exe gets: the command as it is, in quotes that it takes away. */
const FOR_CMD = ['dir /b', 'echo "a  b"', '"C:\\Program Files\\x.exe" "1 2"', 'echo %PATH%& exit 3', '"', ''];

/** Words, and what a program finds in its command line for each. */
const QUOTED = {
  'a b': '"a b"',
  a: 'a',
  '': '""',
  'a"b': '"a\\"b"',
  'a\\"b': '"a\\\\\\"b"',
  'a b\\': '"a b\\\\"',
  'a\\b': 'a\\b',
  'a\tb': '"a\tb"',
  'a\\ b': '"a\\ b"',
} as const;

describe('the command line of a shell on Windows', () => {
  for (const command of FOR_CMD)
    it(`[step 8] gives cmd.exe ${JSON.stringify(command)} as it is`, () =>
      assert.equal(lineOf(CMD, command, true), `"${CMD}" /d /s /c "${command}"`));

  for (const [word, quoted] of Object.entries(QUOTED))
    it(`[step 8] gives another shell ${JSON.stringify(word)} as one word`, () =>
      assert.equal(lineOf('C:\\mks\\sh.exe', word), `sh -c -- ${quoted} sh`));

  it('[step 8] makes a login shell of one that has -l', () =>
    assert.equal(lineOf('C:/mks/bin/sh.exe', 'ls', true), 'sh -l -c -- ls sh'));

  it('refuses a command that is not UTF-8', () =>
    assert.throws(() => lineOf(CMD, Buffer.from([0xff])), LaunchError));

  it('has room for the longest command, and refuses one that is longer than Windows can start', () => {
    assert.ok(lineOf(CMD, 'x'.repeat(8192)).includes('x'.repeat(8192)));
    assert.throws(() => lineOf(CMD, 'x'.repeat(33_000)), /Windows allows 32766$/);
  });
});

const service = {
  identity: { user: 'ada', uid: -1, gid: -1, groups: [], home: 'C:\\Users\\ada', shell: null },
  own: {
    SYSTEMROOT: 'D:\\Win',
    Path: 'D:\\Win;D:\\Tools',
    USERPROFILE: 'C:\\Users\\svc',
    REXECD_CONFIG: 'x',
    NODE_OPTIONS: '--inspect',
    SHELL: '',
  },
} as const;

describe('the environment of a command on Windows', () => {
  const made = windowsEnvironment(service, '192.0.2.7', service.own);

  it("[step 8] has what Windows gave the daemon's account, by the usual spelling", () => {
    assert.equal(made.SystemRoot, 'D:\\Win');
    assert.equal(made.Path, 'D:\\Win;D:\\Tools');
    assert.equal(made.USERPROFILE, 'C:\\Users\\svc');
  });

  it('[step 8] has what a service may lack', () => {
    assert.equal(made.ComSpec, 'D:\\Win\\System32\\cmd.exe');
    assert.equal(made.TEMP, 'D:\\Win\\Temp');
    assert.equal(made.TMP, 'D:\\Win\\Temp');
    assert.equal(made.SystemDrive, 'D:');
    assert.match(made.PATHEXT!, /^\.COM;\.EXE;/);
    const bare = windowsEnvironment(service, '::1', {});
    assert.equal(bare.Path, 'C:\\Windows\\System32;C:\\Windows;C:\\Windows\\System32\\Wbem');
    assert.equal(bare.USERPROFILE, 'C:\\Users\\ada');
  });

  it('[step 8] has nothing that only the daemon was given', () => {
    for (const name of ['REXECD_CONFIG', 'NODE_OPTIONS', 'SHELL', 'SYSTEMROOT'])
      assert.ok(!(name in made), name);
  });

  it('[NOTE] has the HOME of the account, or its profile folder', () => {
    assert.equal(made.HOME, 'C:\\Users\\svc');
    const own = { ...service.own, HOME: '%HOMEDRIVE%%HOMEPATH%' };
    assert.equal(windowsEnvironment(service, '::1', own).HOME, own.HOME);
  });

  it('[step 8] is that of an account that Windows logged on, whole, each variable once', () => {
    const environment = {
      PATH: 'C:\\Windows;C:\\Users\\ada\\bin',
      windir: 'C:\\Windows',
      comspec: 'C:\\shell.exe',
      MY_OWN: 'x',
      user: 'another',
      HOME: 'D:\\ada',
    };
    const logged = windowsEnvironment({ ...service, environment }, '::1', service.own);
    assert.equal(logged.Path, environment.PATH);
    assert.equal(logged.ComSpec, 'C:\\shell.exe');
    assert.deepEqual([logged.MY_OWN, logged.HOME, logged.USER], ['x', 'D:\\ada', 'ada']);
    const upper = Object.keys(logged).map((name) => name.toUpperCase());
    assert.equal(new Set(upper).size, upper.length);
    for (const name of ['REXECD_CONFIG', 'USERPROFILE'])
      assert.notEqual(logged[name], service.own.USERPROFILE);
  });

  it('says who logged in, and from where', () =>
    assert.deepEqual([made.USER, made.LOGNAME, made.RHOST], ['ada', 'ada', '192.0.2.7']));
});
