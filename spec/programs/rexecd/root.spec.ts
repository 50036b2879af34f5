import assert from 'node:assert/strict';
import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { Installation } from '../../support/machine/installation.ts';
import { noMachine } from '../../support/machine/machine.ts';
import { eventually } from '../../support/peer.ts';
import {
  notRoot,
  PATIENT,
  Program,
  ROOT,
  run,
  start,
  strangersProgram,
  temporaryFolder,
  usersFileOf,
} from '../../support/program.ts';

const FORBIDDEN = { REXECD_ALLOW_ROOT: undefined };
const REFUSAL =
  /^rexecd: users file (\S+): every user of it would run commands as root; run rexecd as another account \("chown ACCOUNT \1", then "setpriv --reuid=ACCOUNT --regid=ACCOUNT --init-groups rexecd \.\.\."\), or set accounts.allowRoot\n$/;

const login = (port: number, command: string) => [
  '-l',
  USER,
  '-p',
  PASSWORD,
  '--port',
  `${port}`,
  '127.0.0.1',
  command,
];

describe('rexecd as root with a users file (E5)', { ...PATIENT, skip: notRoot }, () => {
  it('is refused, whichever way the file is named, and the message says what to do', async (t) => {
    const users = usersFileOf(t);
    const config = join(users, '..', 'rexecd.toml');
    writeFileSync(config, `[login]\nauthenticator = "users"\nusers = "${users}"\n`, { mode: 0o644 });
    const ways: readonly [string[], NodeJS.ProcessEnv][] = [
      [['--users', users], {}],
      [['-debug', '--users', users], {}],
      [[], { REXECD_USERS: users }],
      [['--config', config], {}],
      [['--users', users, '--allow-root', 'false'], { REXECD_ALLOW_ROOT: 'true' }],
    ];
    for (const [words, env] of ways) {
      const ended = await run(t, 'rexecd', ['--port', '0', ...words], { env: { ...FORBIDDEN, ...env } });
      assert.deepEqual([ended.stdout, ended.status], ['', 1], ended.stderr);
      assert.match(ended.stderr, REFUSAL);
    }
  });

  it('is not reached by a reload either', async (t) => {
    const here = new Installation(t);
    const socket = join(here.folder, 'run', 'control.sock');
    here.write(`control = "${socket}"\nport = 0\nallowRoot = true\nusers = "${usersFileOf(t)}"\n`);
    const flags = ['-debug', '--config', here.file, '--policy', here.policy];
    const daemon = start(t, 'rexecd', flags, { env: FORBIDDEN });
    const [, port] = await daemon.says(/ port (\d+);/);
    here.write(here.text.replace('allowRoot = true\n', ''));
    daemon.child.kill('SIGHUP');
    await eventually(() => /REXECD-113/.test(daemon.stderr), 'the reload is refused');
    assert.match(daemon.stderr, /would run commands as root/);
    assert.equal((await run(t, 'rexec', login(Number(port), 'echo in'))).stdout, 'in\n');
  });

  it('serves as another account, as the message says', async (t) => {
    const users = usersFileOf(t);
    for (const path of [join(users, '..'), users]) chownSync(path, 54_999, 54_999);
    const words = ['-debug', '--port', '0', '--users', users, '--control', 'off', '--profile', 'false'];
    const daemon = strangersProgram(t, process.execPath, `${ROOT}lib/cli/rexecd.ts`, ...words);
    const [, port] = await daemon.says(/ port (\d+);/);
    assert.equal((await run(t, 'rexec', login(Number(port), 'id -u'))).stdout, '54999\n');
  });

  it('may try itself, where its only user is whoever started it', async (t) => {
    const folder = join(usersFileOf(t), '..', 'trial');
    const daemon = start(t, 'rexecd', ['-debug', '--try', folder], { env: FORBIDDEN });
    await daemon.says(/^try: /m);
  });
});

describe('rexecd as root, with an account for its readers', { ...PATIENT, skip: notRoot }, () => {
  const account = (name: string) => ({ env: { REXECD_READER_ACCOUNT: name } });
  const flags = (t: TestContext) => ['-debug', '--port', '0', '--users', usersFileOf(t)];

  it('does not start where there is none, and says the command that makes it', async (t) => {
    const { stdout, stderr, status } = await run(t, 'rexecd', flags(t), account('no-such-account'));
    assert.deepEqual([stdout, status], ['', 1]);
    assert.match(
      stderr,
      /^rexecd: there is no account no-such-account \(readerAccount\); make it: useradd --system .* no-such-account\n$/,
    );
  });

  it('does not start where it is root', async (t) => {
    const { stdout, stderr, status } = await run(t, 'rexecd', flags(t), account('root'));
    assert.deepEqual([stdout, stderr, status], ['', 'rexecd: readerAccount must not be root: root\n', 1]);
  });

  /** A trial of this checkout below a folder that is root's alone; `change` is a script in the folder of the checkout. */
  const closed = (t: TestContext, change: string) => {
    const script = `mkdir "$1/in" && mount --bind "$0" "$1/in" && cd "$1/in" && ${change}
      exec "$2" lib/cli/rexecd.ts -debug --try "$1/trial"`;
    const words = ['--mount', '--propagation', 'private', 'sh', '-c', script, ROOT, temporaryFolder(t)];
    return new Program(t, 'unshare', [...words, process.execPath]);
  };

  it('serves from a folder that only root can enter', { skip: noMachine }, async (t) => {
    const daemon = closed(t, 'true');
    const [, pid, port] = await daemon.says(
      /^process (\d+), reader: account nobody, (?:.*\n)+try: .* --port (\d+) /m,
    );
    assert.match(
      readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
      /\0\/proc\/self\/fd\/\d+\/lib\/readers\/reader-program\.ts\0$/,
    );
    assert.equal((await run(t, 'rexec', login(Number(port), 'echo in'))).status, 77); // it is read, and refused
  });

  it('does not start where the code is closed to them, and says so', { skip: noMachine }, async (t) => {
    const hidden =
      'mount -t tmpfs -o mode=755 tmpfs lib/readers && cp -r "$0/lib/readers/." lib/readers && chmod -R go-rwx lib/readers';
    const { stdout, stderr, status } = await closed(t, hidden).end();
    assert.deepEqual([stdout, status], ['', 1]);
    assert.match(
      stderr,
      /^rexecd: account nobody \(readerAccount\) may not read \S+\/lib\/readers\/account\.ts or run /,
    );
  });
});
