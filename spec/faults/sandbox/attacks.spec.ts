import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import type { Scope } from '../../support/peer.ts';
import { notRoot, ROOT } from '../../support/program.ts';
import { Inside, NOBODY, NOTHING, noSandbox, WHOLE } from './inside.ts';

const KOFFI = globSync(`${ROOT}node_modules/@koromix/koffi-linux-*/linux_*/koffi.node`)[0]!;

/** What the attacks are aimed at. */
interface Targets {
  readonly folder: string; // of the account
  readonly port: number;
  readonly path: string; // of a socket
  readonly victim: number; // another process of the account
  readonly sibling: number; // another sandbox of the account
}

/** What is tried, and how the kernel refuses it. */
interface Attack {
  readonly act: string;
  readonly on: (targets: Targets) => unknown;
  readonly refused: string;
}

const ATTACKS: Readonly<Record<string, Attack>> = {
  'read a file of the system': { act: 'read', on: () => '/etc/passwd', refused: 'EACCES' },
  'read a file of its own account': { act: 'read', on: ({ folder }) => `${folder}/own`, refused: 'EACCES' },
  'list the root of the file system': { act: 'list', on: () => '/', refused: 'EACCES' },
  'list the processes': { act: 'list', on: () => '/proc', refused: 'EACCES' },
  'write to its own program': { act: 'openToWrite', on: ({ folder }) => `${folder}/own`, refused: 'EPERM' },
  'make a file': { act: 'create', on: ({ folder }) => `${folder}/made`, refused: 'EPERM' },
  'start a shell': { act: 'run', on: () => '/bin/sh', refused: 'EPERM' },
  'start a Node': { act: 'run', on: () => process.execPath, refused: 'EPERM' },
  'connect to TCP': { act: 'connect', on: ({ port }) => ({ port, host: '127.0.0.1' }), refused: 'EPERM' },
  'connect to a unix socket': { act: 'connect', on: ({ path }) => ({ path }), refused: 'EPERM' },
  'listen on TCP': { act: 'listen', on: () => null, refused: 'EPERM' },
  'bind UDP': { act: 'datagram', on: () => null, refused: 'EPERM' },
  'open a debugger': { act: 'debugger', on: () => null, refused: 'REFUSED' },
  'kill a process of its account': { act: 'kill', on: ({ victim }) => victim, refused: 'EPERM' },
  'read the memory of a sibling': {
    act: 'openToWrite',
    on: ({ sibling }) => `/proc/${sibling}/mem`,
    refused: 'EPERM',
  },
  'load an addon': { act: 'loadAddon', on: () => KOFFI, refused: 'ERR_DLOPEN_FAILED' },
};

/** What an account cannot do without a sandbox either, and root can. */
const OF_ROOT: Readonly<Record<string, Attack>> = {
  'read the password hashes': { act: 'read', on: () => '/etc/shadow', refused: 'EACCES' },
  'become root': { act: 'becomeRoot', on: () => null, refused: 'EPERM' },
  'take groups': { act: 'takeGroups', on: () => null, refused: 'EPERM' },
  'kill its parent': { act: 'kill', on: () => process.pid, refused: 'EPERM' },
  'read the memory of its parent': {
    act: 'openToWrite',
    on: () => `/proc/${process.pid}/mem`,
    refused: 'EPERM',
  },
};

const aimOf = (act: string) => Object.values(ATTACKS).find((each) => each.act === act)!.on;

describe('a program in a sandbox that is taken over', { ...BOUNDED, skip: notRoot || noSandbox }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rexec-sandbox-'));
  const path = join(folder, 'socket');
  const listeners = [
    createServer((accepted) => accepted.resume()).listen(0, '127.0.0.1'),
    createServer((accepted) => accepted.resume()).listen(path),
  ];
  const ends: (() => unknown)[] = [];
  const suite: Scope = { after: (end) => ends.push(end) };
  let targets: Targets;
  /** The victim does not survive its control. */
  const living = () => ({ ...targets, victim: targets.sibling });
  let inside: Inside;
  let outside: Inside;

  before(async () => {
    await Promise.all(listeners.map((each) => each.listening || once(each, 'listening')));
    writeFileSync(join(folder, 'own'), 'own');
    for (const each of ['', 'own', 'socket']) chownSync(join(folder, each), NOBODY!.uid, NOBODY!.gid);
    const victim = spawn('sleep', ['600'], { ...NOBODY, stdio: 'ignore' });
    ends.push(() => victim.kill('SIGKILL'));
    const { port } = listeners[0]!.address() as { port: number };
    const sibling = await Inside.start(suite, NOTHING);
    targets = { folder, port, path, victim: victim.pid!, sibling: sibling.pid };
    inside = await Inside.start(suite);
    outside = await Inside.start(suite, NOTHING);
  });
  after(async () => {
    for (const end of ends) await end();
    for (const each of listeners) each.close();
    rmSync(folder, { recursive: true });
  });

  for (const [what, { act, on, refused }] of Object.entries(ATTACKS)) {
    it(`cannot ${what}`, async () => {
      assert.equal(await inside.tries(act, on(targets)), refused);
    });

    it(`could ${what} without the sandbox (control)`, async () => {
      assert.equal(await outside.tries(act, on(targets)), 'done');
    });
  }

  for (const [what, { act, on, refused }] of Object.entries(OF_ROOT)) {
    it(`cannot ${what}`, async () => {
      assert.equal(await inside.tries(act, on(targets)), refused);
    });

    it(`could ${what} as root (control)`, async (t) => {
      const spared = () => {};
      process.on('SIGTERM', spared);
      t.after(() => process.off('SIGTERM', spared));
      const root = await Inside.root(t);
      assert.equal(await root.tries(act, on(targets)), 'done');
    });
  }

  it('is refused files, programs, connections, signals and other processes by Landlock alone', async (t) => {
    const half = await Inside.start(t, { ...WHOLE, seccomp: false });
    const acts = ['read', 'list', 'openToWrite', 'create', 'run', 'connect', 'listen', 'kill', 'loadAddon'];
    const refused = [
      'EACCES',
      'EACCES',
      'EACCES',
      'EACCES',
      'EACCES',
      'EACCES',
      'EACCES',
      'EPERM',
      'ERR_DLOPEN_FAILED',
    ];
    for (const [index, act] of acts.entries())
      assert.equal(await half.tries(act, aimOf(act)(living())), refused[index], act);
  });

  it('is refused all but reading by the filter of system calls alone', async (t) => {
    const half = await Inside.start(t, { ...WHOLE, landlock: 0 });
    for (const act of ['openToWrite', 'create', 'run', 'connect', 'listen', 'datagram', 'kill'])
      assert.equal(await half.tries(act, aimOf(act)(living())), 'EPERM', act);
    assert.equal(await half.tries('read', '/etc/passwd'), 'done');
  });

  it('cannot execute another program', async (t) => {
    for (const file of ['/bin/true', process.execPath]) {
      const doomed = await Inside.start(t);
      assert.equal(await doomed.tries('execute', file), 'SIGABRT'); // Node's way to fail
      assert.match(await doomed.stderr, /process\.execve failed with error code EPERM/);
      const free = await Inside.start(t, NOTHING);
      assert.equal(await free.tries('execute', file), 'exit 0');
    }
  });

  it('can start a thread, unless Node is asked to refuse it', async (t) => {
    assert.equal(await inside.tries('thread'), 'done');
    const belted = await Inside.belted(t);
    assert.equal(await belted.tries('thread'), 'ERR_ACCESS_DENIED');
  });

  it('is refused most of it by Node already', async (t) => {
    const belted = await Inside.belted(t);
    for (const act of ['read', 'list', 'openToWrite', 'create', 'run', 'debugger', 'loadAddon']) {
      assert.match(
        await belted.tries(act, aimOf(act)(targets)),
        /^ERR_(ACCESS_DENIED|DLOPEN_DISABLED)$/,
        act,
      );
    }
  });
});
