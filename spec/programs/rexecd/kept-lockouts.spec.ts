import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { eventually } from '../../support/peer.ts';
import {
  PATIENT,
  type Program,
  run,
  startRexecd,
  temporaryFolder,
  usersFileOf,
} from '../../support/program.ts';

const PAIR = `${USER} from 127.0.0.1`;
const LISTED = new RegExp(`^${PAIR}: 2 failed logins, locked out for another \\d+ s\n$`);

/** Daemons one after another, with the same port, users and control socket; they lock out at the second failure. */
async function daemons(t: TestContext) {
  const folder = join(temporaryFolder(t), 'run');
  const [users, port, socket] = [usersFileOf(t), String(await freePort()), join(folder, 'control.sock')];
  const flags = ['--users', users, '--port', port, '--control', socket];
  const login = async (password: string): Promise<string> =>
    (await run(t, 'rexec', ['-l', USER, '-p', password, '--port', port, '127.0.0.1', 'echo in'])).stdout;
  return {
    ...{ folder, port, users },
    file: join(folder, `${port}.lockouts`),
    start: async (...more: string[]): Promise<Program> =>
      (await startRexecd(t, [...flags, '--lockout-failures', '2', ...more])).daemon,
    tell: async (...words: string[]): Promise<string> =>
      (await run(t, 'rexecd', [...words, '--control', socket])).stdout,
    login,
    async lockOut() {
      for (let failure = 0; failure < 2; failure += 1) assert.equal(await login('wrong'), '');
    },
  };
}

async function ended(daemon: Program, signal: NodeJS.Signals): Promise<string> {
  daemon.child.kill(signal);
  return (await daemon.end()).stderr;
}

/** The file has a lockout, which is there within a second. */
const isWritten = (file: string): Promise<void> =>
  eventually(
    () => existsSync(file) && readFileSync(file, 'utf8').includes('"times"'),
    'the lockout is written',
  );

describe('lockouts that are kept', PATIENT, () => {
  it('outlast a daemon that is killed and one that is stopped, until they are ended for good', async (t) => {
    const { start, tell, login, lockOut, file } = await daemons(t);
    const killed = await start();
    await lockOut();
    await isWritten(file);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    await ended(killed, 'SIGKILL');
    const stopped = await start();
    assert.match(await tell('lockouts'), LISTED);
    assert.equal(await login(PASSWORD), '', 'the right password does not help');
    await ended(stopped, 'SIGTERM');
    const unlocked = await start();
    assert.match(await tell('lockouts'), LISTED);
    assert.equal(await tell('unlock', PAIR), 'lockouts ended: 1\n');
    await ended(unlocked, 'SIGTERM');
    await start();
    assert.equal(await tell('lockouts'), 'nobody is locked out\n');
    assert.equal(await login(PASSWORD), 'in\n');
  });

  it('are written by a stop, however soon after the last change it comes', async (t) => {
    const { start, tell, lockOut } = await daemons(t);
    const daemon = await start();
    await lockOut();
    await ended(daemon, 'SIGTERM');
    await start();
    assert.match(await tell('lockouts'), LISTED);
  });

  it('are no reason not to start when the file is broken, or was written by others', async (t) => {
    const { start, login, folder, file } = await daemons(t);
    mkdirSync(folder, { mode: 0o700 });
    for (const [mode, cause] of [
      [0o600, 'does not contain lockouts'],
      [0o644, `${file} has mode 644: it must not be accessible to others (chmod 600)`],
    ] as const) {
      writeFileSync(file, '{"at":');
      chmodSync(file, mode);
      const daemon = await start();
      assert.equal(await login(PASSWORD), 'in\n');
      const events = await ended(daemon, 'SIGTERM');
      assert.ok(
        events.includes(`REXECD-307 cannot read kept lockouts: file="${file}" cause="${cause}"`),
        events,
      );
    }
  });

  it('that cannot be written are reported once, and lock out all the same', async (t) => {
    const { start, tell, login, lockOut, folder } = await daemons(t);
    const daemon = await start();
    chmodSync(folder, 0o755); // others could put a file there
    await lockOut();
    assert.equal(await login(PASSWORD), '');
    await eventually(() => daemon.stderr.includes('REXECD-306'), 'the event');
    chmodSync(folder, 0o700);
    assert.match(await tell('lockouts'), LISTED);
    chmodSync(folder, 0o755);
    const events = await ended(daemon, 'SIGTERM');
    assert.equal(
      events.match(/REXECD-306 cannot keep lockouts: cause=".* must not be accessible/g)?.length,
      1,
    );
  });

  it('move with the control socket', async (t) => {
    const { lockOut, folder, file, port, users } = await daemons(t);
    const [there, config] = [join(temporaryFolder(t), 'run'), join(temporaryFolder(t), 'rexecd.toml')];
    const name = (each: string) =>
      writeFileSync(config, `control = "${each}/control.sock"\n`, { mode: 0o600 });
    name(folder);
    const flags = ['--users', users, '--port', port, '--config', config, '--lockout-failures', '2'];
    const { daemon } = await startRexecd(t, flags);
    await lockOut();
    await isWritten(file);
    name(there);
    daemon.child.kill('SIGHUP');
    await isWritten(join(there, `${port}.lockouts`));
    assert.equal(existsSync(file), false);
  });

  it('are in no file of a daemon without a control socket', async (t) => {
    const { start, lockOut, folder } = await daemons(t);
    const daemon = await start('--control', 'off');
    await lockOut();
    await ended(daemon, 'SIGTERM');
    assert.equal(existsSync(folder), false);
  });
});
