import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { exec } from '../../lib/index.ts';
import { cheapHash, PASSWORD, USER } from '../support/daemon/daemon.ts';
import { freePort } from '../support/free-port.ts';
import {
  DRIVE_C,
  ON_WINE,
  onWine,
  prepareWine,
  type WineEnded,
  type WineFolder,
  wine,
  wineFolder,
} from './support/wine.ts';

const FOLDER = join(DRIVE_C, 'ProgramData/rexecd');
const PROGRAM = ['N:\\bin\\node.exe', 'R:\\lib\\cli\\rexecd.ts'];
const LOOK_MS = 200;

let folder: WineFolder;
const ends: (() => void)[] = [];
let port: number;

const rexecd = (...words: string[]): Promise<WineEnded> => wine(folder, [...PROGRAM, ...words]);

/** What `sc query` says, by its labels. */
async function query(): Promise<Record<string, string>> {
  const { stdout } = await wine(folder, ['sc', 'query', 'rexecd']);
  return Object.fromEntries(
    [...stdout.matchAll(/^\s*(\w+)\s*: (.*?)\s*$/gm)].map(([, key, value]) => [key!, value!]),
  );
}

/** States until one that is asked for, each once. */
async function statesUntil(last: string): Promise<string[]> {
  const states: string[] = [];
  for (;;) {
    const { STATE = '' } = await query();
    const state = STATE.replace(/^\d+\s+/, '');
    if (states.at(-1) !== state) states.push(state);
    if (state === last) return states;
    await delay(LOOK_MS);
  }
}

const run = (command: string) =>
  exec('127.0.0.1', command, { user: USER, password: PASSWORD, port, capture: true });

describe('the service of Windows', ON_WINE, () => {
  before(async () => {
    prepareWine();
    folder = wineFolder({ after: (end) => void ends.push(end) });
    await rexecd('-remove'); // what a run that was killed has left
    rmSync(FOLDER, { recursive: true, force: true });
    port = await freePort();
  });
  after(async () => {
    await rexecd('-remove');
    rmSync(FOLDER, { recursive: true, force: true });
    for (const end of ends) end();
  });

  it('is not installed by a dry run, which says what it would do', async () => {
    const { stdout, status } = await rexecd('-install', '--dry-run');
    assert.equal(status, 0);
    assert.match(stdout, /^would make C:\\ProgramData\\rexecd$/m);
    assert.match(stdout, /^would make service rexecd, which starts with the machine$/m);
    assert.deepEqual(await query(), {});
  });

  it('is installed with its folder, its settings and its messages, and not started if it is not to be', async () => {
    const { stdout, stderr, status } = await rexecd('-install', '--no-start');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^made service rexecd, which starts with the machine$/m);
    assert.match(readFileSync(join(FOLDER, 'rexecd.toml'), 'utf8'), /^# Settings of rexecd/);
    assert.equal(readFileSync(join(FOLDER, 'rexecdmsg.dll')).subarray(0, 2).toString(), 'MZ');
    assert.match((await query()).STATE!, /STOPPED/);
    const { stdout: config } = await wine(folder, [
      'reg',
      'query',
      'HKLM\\SYSTEM\\CurrentControlSet\\Services\\rexecd',
    ]);
    assert.match(config, /Start\s+REG_DWORD\s+0x2\b/);
    assert.match(config, /ObjectName\s+REG_SZ\s+NT SERVICE\\rexecd\b/);
    assert.match(
      config,
      /ImagePath .*"N:\\bin\\node\.exe" --disable-sigusr1 --max-semi-space-size=4 "R:\\lib\\cli\\rexecd\.ts" --service --config "C:\\ProgramData\\rexecd\\rexecd\.toml"/,
    );
    const { stdout: key } = await wine(folder, [
      'reg',
      'query',
      'HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\rexecd',
    ]);
    assert.match(key, /EventMessageFile\s+REG_SZ\s+C:\\ProgramData\\rexecd\\rexecdmsg\.dll/);
  });

  it('has a folder that only SYSTEM, Administrators and the service may use', async () => {
    const { grants, owner } = await onWine<{ owner: string; grants: { sid: string }[] }>(
      folder,
      `import { securityOfPath } from './lib/native/index.ts';
      process.stdout.write(JSON.stringify(securityOfPath('C:\\\\ProgramData\\\\rexecd')))`,
    );
    // Wine has one account, which is an administrator: what it grants to the group is shown as its own.
    assert.deepEqual(
      grants.map(({ sid }) => sid).filter((sid) => sid !== owner),
      ['S-1-5-18'],
    );
  });

  it('does not start with bad settings, and says so', async () => {
    const settings = join(FOLDER, 'rexecd.toml');
    const template = readFileSync(settings, 'utf8');
    writeFileSync(settings, 'listen = 7\n');
    const { stderr, status } = await rexecd('-install');
    assert.equal(status, 1);
    assert.match(stderr, /the service did not start \(exit code 1\); its event log says why/);
    writeFileSync(settings, template);
    const { STATE, SERVICE_EXIT_CODE } = await query();
    assert.match(`${STATE} ${SERVICE_EXIT_CODE}`, /STOPPED\s+1 /);
  });

  it('runs once it listens, and serves', async () => {
    const users = 'C:\\\\ProgramData\\\\rexecd\\\\users';
    writeFileSync(join(FOLDER, 'users'), `${USER}:${cheapHash(PASSWORD)}\n`, { mode: 0o600 });
    writeFileSync(
      join(FOLDER, 'rexecd.toml'),
      `listen = ["127.0.0.1:${port}"]\n[login]\nusers = "${users}"\n[limits]\nstopSeconds = 20\n`,
    );
    const { stdout, stderr, status } = await rexecd('-install');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^started rexecd \(net start rexecd\)$/m);
    assert.match((await query()).STATE!, /RUNNING/);
    const { stdout: out, stderr: err, exitCode } = await run('echo out& echo err>&2& exit 3');
    assert.deepEqual([String(out).trim(), String(err).trim(), exitCode], ['out', 'err', 3]);
    const again = await rexecd('-install');
    assert.match(again.stdout, /^rexecd is still running as before/m);
  });

  it('takes orders by its pipe', async () => {
    const { stdout, stderr } = await rexecd('health', '--port', String(port));
    assert.match(stdout, /^ready: /, stderr);
  });

  it('stops once its commands have ended, and says meanwhile that it is stopping', async () => {
    const late = run('ping -n 5 127.0.0.1 >NUL & echo done');
    await delay(1000);
    await wine(folder, ['sc', 'stop', 'rexecd']);
    const states = await statesUntil('STOPPED');
    assert.deepEqual(states, ['STOP_PENDING', 'STOPPED']);
    assert.match(String((await late).stdout), /done/);
    assert.match((await query()).SERVICE_EXIT_CODE!, /^0 /);
  });

  it('starts and stops by net', async () => {
    await wine(folder, ['net', 'start', 'rexecd']);
    await statesUntil('RUNNING');
    assert.equal((await run('echo again')).exitCode, 0);
    const { stdout } = await wine(folder, ['net', 'stop', 'rexecd']);
    assert.match(stdout, /was stopped successfully/);
  });

  it('is removed, running or not, and what its administrator wrote stays', async () => {
    await rexecd('-install');
    const { stdout, stderr, status } = await rexecd('-remove');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^stopped rexecd \(net stop rexecd\)\n(?:.*\n)*deleted service rexecd$/m);
    assert.match(stdout, /^kept C:\\ProgramData\\rexecd\\rexecd\.toml \(changed since it was installed\)$/m);
    assert.deepEqual(await query(), {});
    const again = await rexecd('-remove');
    assert.match(again.stdout, /^nothing to remove: there is no service rexecd$/m);
  });

  it('is not what a person starts by the option that it is started with', async () => {
    const { status } = await rexecd('--service');
    assert.equal(status, 1);
  });
});
