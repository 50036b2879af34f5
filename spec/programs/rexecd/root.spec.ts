import assert from 'node:assert/strict';
import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { Installation } from '../../support/machine/installation.ts';
import { eventually } from '../../support/peer.ts';
import { notRoot, PATIENT, ROOT, run, start, strangersProgram, usersFileOf } from '../../support/program.ts';

const FORBIDDEN = { REXECD_ALLOW_ROOT: undefined };
const REFUSAL =
  /^rexecd: users file (\S+): every user of it would run commands as root; run rexecd as another account \("chown ACCOUNT \1", then "setpriv --reuid=ACCOUNT --regid=ACCOUNT --init-groups rexecd \.\.\."\), or set allowRoot\n$/;

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
