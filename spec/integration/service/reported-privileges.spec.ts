import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { cheapHash, PASSWORD, request, USER } from '../../support/daemon/daemon.ts';
import { noMachine } from '../../support/machine/machine.ts';
import { Peer } from '../../support/peer.ts';
import { type Ended, PATIENT, Program, ROOT } from '../../support/program.ts';

const ACCOUNTS = ['CAP_DAC_READ_SEARCH', 'CAP_KILL', 'CAP_SETGID', 'CAP_SETUID'];
const PORT = 'CAP_NET_BIND_SERVICE';
const ALL = [...ACCOUNTS, PORT];

/** A place of its own where everybody can reach the checkout, `$0`, and where nobody has a shell and a users file. */
const SET_UP = `
  set -e
  mount -t tmpfs -o mode=755 tmpfs /srv
  mkdir /srv/rexecd && mount --bind "$0" /srv/rexecd
  sed '/^nobody:/s#[^:]*$#/bin/sh#' /etc/passwd >/srv/passwd && mount --bind /srv/passwd /etc/passwd
  printf '%s\\n' "$USERS" >/srv/users && chmod 600 /srv/users && chown nobody /srv/users
  mount -t tmpfs -o mode=1777 tmpfs /tmp
  [ -z "$FIRST_PORT" ] || echo "$FIRST_PORT" >/proc/sys/net/ipv4/ip_unprivileged_port_start
  cd /srv/rexecd
  exec "$@"
`;
const PLACE = ['--mount', '--propagation', 'private'];
const inside = ['sh', '-c', SET_UP, ROOT];
/** With a network of its own: every port is free, and those below 1024 take a privilege, whatever is set up here. */
const NETWORK = [...PLACE, '--net', ...inside];

const below = relative(ROOT, process.execPath);
const NODE = below.startsWith('..') ? process.execPath : join('/srv/rexecd', below);
const REXECD = [NODE, 'lib/cli/rexecd.ts'];

const idOf = (option: string): number => Number(spawnSync('id', [option, 'nobody']).stdout || -1);
const [uid, gid] = [idOf('-u'), idOf('-g')];
/** What becomes nobody, with capabilities for the program where some are named. */
function nobody(...held: readonly string[]): string[] {
  const caps = ['-all', ...held.map((name) => `+${name.slice('CAP_'.length).toLowerCase()}`)].join();
  const ids = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  return ['setpriv', ...ids, `--inh-caps=${caps}`, `--ambient-caps=${caps}`, '--'];
}

const skip =
  noMachine ||
  (uid < 0 && 'there is no account nobody') ||
  (spawnSync('unshare', [...NETWORK, ...nobody(), 'test', '-r', REXECD[1]!]).status !== 0 &&
    'nobody cannot read the checkout');

type Environment = Readonly<Record<string, string>>;
const start = (t: TestContext, words: readonly string[], env: Environment = {}, place = NETWORK): Program =>
  new Program(t, 'unshare', [...place, ...words], {
    env: { ...env, USERS: `${USER}:${cheapHash(PASSWORD)}` },
  });

/** Privileges that -debug reported on standard error, and the one command that grants them. */
function reported({ stdout, stderr, status }: Ended): [privileges: string[], grant: string] {
  assert.deepEqual([stdout, status], ['', 1], stderr);
  assert.doesNotMatch(stderr, /REXECD-/);
  const found = [
    ...stderr.matchAll(/^rexecd: missing privilege (\w+), needed to (.+); run as root, or run: (.+)$/gm),
  ];
  const grants = new Set(found.map(([, , , grant]) => grant!));
  assert.equal(grants.size, 1, stderr);
  return [found.map(([, privilege]) => privilege!), [...grants][0]!];
}

/** The words that sudo would get, from nobody's own shell. */
async function wordsOf(t: TestContext, grant: string): Promise<string[]> {
  const script = `sudo() { printf '%s\\0' "$@"; }\n${grant}`;
  const { stdout, stderr } = await start(t, [...nobody(), 'sh', '-c', script]).end();
  assert.equal(stderr, '');
  return stdout.split('\0').slice(0, -1);
}

/** Starts rexecd as nobody, who is told what is missing and does it: as root, with an environment as sudo leaves it. */
async function granted(
  t: TestContext,
  missing: readonly string[],
  args: readonly string[],
  env: Environment = {},
): Promise<Program> {
  const [privileges, grant] = reported(await start(t, [...nobody(), ...REXECD, ...args], env).end());
  assert.deepEqual(privileges, missing);
  return start(t, ['env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', ...(await wordsOf(t, grant))]);
}

const host = ['--host', '0.0.0.0']; // the only address of a network without devices
const DEBUG = ['-debug', ...host, '--port', '512', '--pam-service', 'other'];

describe('rexecd without privileges', { ...PATIENT, concurrency: 2, skip }, () => {
  it('[-debug] reports each that is missing with its command, and fails', async (t) => {
    const ended = await start(t, [...nobody(), ...REXECD, ...DEBUG]).end();
    const [privileges, grant] = reported(ended);
    assert.deepEqual(privileges, ALL);
    assert.match(grant, /^sudo setpriv .* -debug --host 0\.0\.0\.0 --port 512 --pam-service other$/);
    assert.match(ended.stderr, /^rexecd: .*--users FILE/m);
    assert.equal(ended.stderr.trimEnd().split('\n').length, ALL.length + 1, ended.stderr);
  });

  it('[-debug] reports the one that is missing beside others', async (t) => {
    const held = ALL.filter((name) => name !== 'CAP_KILL');
    assert.deepEqual(reported(await start(t, [...nobody(...held), ...REXECD, ...DEBUG]).end())[0], [
      'CAP_KILL',
    ]);
  });

  /** The values of a field in the events of missing privileges. */
  function events({ stderr }: Ended, field: string): string[] {
    const lines = stderr.split('\n').filter((line) => line.includes('REXECD-304'));
    const pattern = new RegExp(` ${field}=("(?:[^"\\\\]|\\\\.)*")`);
    return lines.map((line) => JSON.parse(pattern.exec(line)?.[1] ?? '""'));
  }

  it('[-debug] writes events instead where it is not asked for, and fails', async (t) => {
    const ended = await start(t, [...nobody(), ...REXECD, ...DEBUG.slice(1)]).end();
    assert.deepEqual([ended.stdout, ended.status], ['', 1]);
    assert.doesNotMatch(ended.stderr, /^rexecd: missing/m);
    assert.deepEqual(events(ended, 'privilege'), ALL);
    const [grant = ''] = events(ended, 'grant');
    assert.deepEqual((await wordsOf(t, grant)).slice(-DEBUG.length), [
      join('/srv/rexecd', REXECD[1]!),
      ...DEBUG.slice(1),
    ]);
  });

  it('[-debug] writes the whole command into the event, however long it is', async (t) => {
    const users = Array.from({ length: 80 }, (_, index) => `user${index}`).join();
    const args = [...DEBUG.slice(1), '--allow-users', users, '--log-level', 'info'];
    const ended = await start(t, [...nobody(), ...REXECD, ...args]).end();
    const [grant = ''] = events(ended, 'grant');
    assert.deepEqual((await wordsOf(t, grant)).slice(-args.length), args);
  });

  it('[-debug] needs none with a users file and a free port', async (t) => {
    const args = ['-debug', ...host, '--port', '5512', '--users', '/srv/users'];
    await start(t, [...nobody(), ...REXECD, ...args]).says(
      /listening on 0\.0\.0\.0 port 5512;.*\nlogins: users file/,
    );
  });

  it('[-debug] needs none for a port that the machine frees', async (t) => {
    const args = ['-debug', ...host, '--users', '/srv/users'];
    const daemon = start(t, [...nobody(), ...REXECD, ...args], { FIRST_PORT: '512' });
    await daemon.says(/listening on 0\.0\.0\.0 port 512;/);
  });
});

describe('the command that grants them', { ...PATIENT, concurrency: 2, skip }, () => {
  const status = ({ pid }: Program) => readFileSync(`/proc/${pid}/status`, 'utf8');
  const effective = (...bits: number[]) =>
    new RegExp(`^CapEff:\\t0*${bits.reduce((sum, bit) => sum + 2 ** bit, 0).toString(16)}$`, 'm');

  it('[-debug] starts the daemon for accounts of the machine, as the same user', async (t) => {
    const daemon = await granted(t, ALL, DEBUG);
    await daemon.says(
      /listening on 0\.0\.0\.0 port 512;.*\nlogins: accounts of this machine, PAM service other\n/,
    );
    assert.match(status(daemon), new RegExp(`^Uid:\\t${uid}\\t${uid}\\t${uid}\\t${uid}$`, 'm'));
    assert.match(status(daemon), effective(2, 5, 6, 7, 10));
  });

  it('[-debug] starts the daemon for a users file, with the port alone', async (t) => {
    const daemon = await granted(t, [PORT], ['-debug', ...host, '--users', '/srv/users']);
    await daemon.says(/listening on 0\.0\.0\.0 port 512;.*\nlogins: users file/);
    assert.match(status(daemon), effective(10));
  });

  it('[-debug] keeps what was set by variables, which sudo takes away', async (t) => {
    const set = { REXECD_PORT: '513', REXECD_HOST: '0.0.0.0', REXECD_PAM_SERVICE: 'other' };
    const daemon = await granted(t, ALL, ['-debug'], set);
    const [, where, service] = await daemon.says(/listening on (.+);.*\nlogins: .* PAM service (\S+)\n/);
    assert.deepEqual([where, service], ['0.0.0.0 port 513', 'other']);
  });

  it('[step 8] leaves none of them to the commands', async (t) => {
    const caps = nobody('CAP_NET_BIND_SERVICE');
    const args = ['-debug', '--port', '0', '--users', '/srv/users', '--profile', 'false'];
    const daemon = start(t, [...caps, ...REXECD, ...args], {}, [...PLACE, ...inside]);
    const [, port] = await daemon.says(/ port (\d+);/);
    assert.match(status(daemon), effective(10));
    const peer = await Peer.connect(t, { host: '127.0.0.1', port: Number(port) });
    await peer.send(request('grep ^Cap /proc/$$/status | grep -v Bnd'));
    const none = ['Inh', 'Prm', 'Eff', 'Amb'].map((set) => `Cap${set}:\t${'0'.repeat(16)}\n`).join('');
    assert.equal(await peer.toEnd(), `\0${none}`);
  });
});
