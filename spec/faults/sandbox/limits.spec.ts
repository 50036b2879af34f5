import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NOT_SANDBOXED, sandboxSupport, startSandboxed } from '../../../lib/sandbox/index.ts';
import { startTrampoline } from '../../../lib/sandbox/start.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { eventually, within } from '../../support/peer.ts';
import { notRoot, ROOT } from '../../support/program.ts';
import { Inside, NOBODY, NOTHING, noSandbox, PROGRAM, WHOLE } from './inside.ts';

const TRAMPOLINE = fileURLToPath(new URL('../../../lib/sandbox/trampoline.ts', import.meta.url));
const SLEEP = '/bin/sleep';
const NO_CAPABILITY = '0000000000000000';

/** What a trampoline that starts nothing says. */
async function failure(child: ChildProcess): Promise<string> {
  const [said, [status]] = await within(Promise.all([text(child.stderr!), once(child, 'exit')]), 'its end');
  assert.equal(status, NOT_SANDBOXED, said);
  return said;
}

describe('a process in a sandbox', { ...BOUNDED, skip: notRoot || noSandbox }, () => {
  it('is the account in every way, without capabilities, groups and cores', async (t) => {
    const inside = await Inside.belted(t);
    assert.deepEqual(
      ['Uid', 'Gid', 'Groups'].map((name) => inside.status(name)),
      ['65534\t65534\t65534\t65534', '65534\t65534\t65534\t65534', ''],
    );
    const sets = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((name) => inside.status(name));
    assert.deepEqual(sets, Array(5).fill(NO_CAPABILITY));
    assert.deepEqual(
      ['NoNewPrivs', 'Seccomp'].map((name) => inside.status(name)),
      ['1', '2'],
    );
    const limits = readFileSync(`/proc/${inside.pid}/limits`, 'latin1');
    assert.match(limits, /^Max core file size +1 +1 +bytes/m);
  });

  it('has the descriptors that it was given, and none of the trampoline', async (t) => {
    const child = startTrampoline(['ignore', 'ignore', 'pipe', 'ignore', 'pipe'], {
      account: NOBODY!,
      promised: WHOLE,
      argv: [SLEEP, '600'],
      variables: { GIVEN: 'value' },
      readable: [],
    });
    t.after(() => child.kill('SIGKILL'));
    const files = `/proc/${child.pid}`;
    await eventually(() => readFileSync(`${files}/comm`, 'latin1') === 'sleep\n', 'it is executed');
    assert.deepEqual(readdirSync(`${files}/fd`), ['0', '1', '2', '4']);
    assert.equal(readFileSync(`${files}/environ`, 'latin1'), 'GIVEN=value\0');
    assert.equal(readlinkSync(`${files}/cwd`), '/');
  });

  it('ends with the process that started it', async (t) => {
    const script = `
      import { startTrampoline } from '${ROOT}lib/sandbox/start.ts';
      const child = startTrampoline(['ignore', 'ignore', 'inherit'], ${JSON.stringify({
        account: NOBODY,
        promised: WHOLE,
        argv: [SLEEP, '600'],
        variables: {},
        readable: [],
      })});
      console.log(child.pid);
    `;
    const words = ['--input-type=module', '--eval', script];
    const parent = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => parent.kill('SIGKILL'));
    const [pid] = await within(once(parent.stdout, 'data'), 'its number');
    const comm = () => readFileSync(`/proc/${Number(pid)}/comm`, 'latin1');
    await eventually(() => comm() === 'sleep\n', 'it is executed');
    parent.kill('SIGKILL');
    await eventually(() => {
      try {
        return / Z /.test(readFileSync(`/proc/${Number(pid)}/stat`, 'latin1'));
      } catch {
        return true;
      }
    }, 'it ends');
  });

  it('is not started as root', () => {
    const options = { stdio: ['ignore', 'ignore', 'pipe'] } as const;
    assert.throws(() => startSandboxed(PROGRAM, options), /needs an account other than root/);
    const root = { uid: 0, gid: 0 };
    assert.throws(() => startSandboxed(PROGRAM, { ...options, account: root }), /other than root/);
  });

  it('is not started if the kernel has less than what was promised', async () => {
    const child = startSandboxed(PROGRAM, {
      account: NOBODY!,
      stdio: ['ignore', 'ignore', 'pipe'],
      promised: { ...WHOLE, landlock: 99 },
    });
    assert.equal(await failure(child), 'rexecd: cannot start a sandbox: the kernel has no Landlock 99\n');
  });

  it('is not started if the account cannot reach its files', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'rexec-closed-')); // root's alone
    t.after(() => rmSync(folder, { recursive: true }));
    const child = startSandboxed(PROGRAM, {
      account: NOBODY!,
      stdio: ['ignore', 'ignore', 'pipe'],
      readable: [join(folder, 'file')],
    });
    assert.match(
      await failure(child),
      /^rexecd: cannot start a sandbox: .*rexec-closed-\w+.file: permission denied$/m,
    );
  });

  it('is not started if the kernel refuses a part of it', async () => {
    const plan = { promised: WHOLE, argv: [SLEEP, '0'], variables: {}, readable: [], descriptors: [0, 1, 2] };
    const child = startTrampoline(['ignore', 'ignore', 'pipe'], {
      account: NOBODY!,
      promised: { ...NOTHING, seccomp: true },
      argv: [process.execPath, TRAMPOLINE, JSON.stringify(plan)], // a sandbox inside a sandbox
      variables: {},
      readable: [],
    });
    assert.equal(
      await failure(child),
      'rexecd: cannot start a sandbox: capabilities: operation not permitted\n',
    );
  });
});

describe('Landlock of an older kernel', { ...BOUNDED, skip: notRoot || noSandbox }, () => {
  for (const landlock of [1, 2, 3, 4, 5, 6])
    it(`is made use of by a sandbox: version ${landlock}`, async (t) => {
      const listener = createServer((accepted) => accepted.resume()).listen(0, '127.0.0.1');
      t.after(() => listener.close());
      if (!listener.listening) await once(listener, 'listening');
      const { port } = listener.address() as { port: number };
      const sibling = await Inside.start(t, NOTHING);
      const inside = await Inside.start(t, { landlock, seccomp: false });
      assert.equal(await inside.tries('read', '/etc/passwd'), 'EACCES');
      assert.equal(await inside.tries('openToWrite', `/proc/${sibling.pid}/mem`), 'EACCES');
      const connected = await inside.tries('connect', { port, host: '127.0.0.1' });
      assert.equal(connected, landlock >= 4 ? 'EACCES' : 'done');
      assert.equal(await inside.tries('kill', sibling.pid), landlock >= 6 ? 'EPERM' : 'done');
    });
});

describe('a sandbox without root', { ...BOUNDED, skip: notRoot || noSandbox }, () => {
  it('takes away the same, except the account, and refuses another account', async () => {
    const script = `
      import { startSandboxed } from '${ROOT}lib/sandbox/index.ts';
      import { readFileSync } from 'node:fs';
      import { once } from 'node:events';
      const stdio = ['ignore', 'ignore', 'pipe', 'ipc', 'pipe', 'pipe'];
      const child = startSandboxed('${PROGRAM}', { stdio });
      await once(child, 'message');
      const status = readFileSync('/proc/' + child.pid + '/status', 'latin1');
      child.send({ act: 'kill', given: process.pid });
      const [kill] = await once(child, 'message');
      child.disconnect();
      const other = startSandboxed('${PROGRAM}', { stdio, account: { uid: 1, gid: 1 } });
      const [refused] = await once(other, 'exit');
      console.log(JSON.stringify({ status, kill, refused }));
    `;
    const words = ['--input-type=module', '--eval', script];
    const user = spawn(process.execPath, words, {
      ...NOBODY,
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: '/',
    });
    const { status, kill, refused } = JSON.parse(await within(text(user.stdout), 'what it saw'));
    assert.match(status, /^Uid:\t65534\t/m);
    assert.match(status, /^CapPrm:\t0{16}$/m);
    assert.match(status, /^NoNewPrivs:\t1\nSeccomp:\t2$/m);
    assert.equal(kill, 'EPERM');
    assert.equal(refused, NOT_SANDBOXED);
  });
});

describe('what the kernel can take away', BOUNDED, () => {
  it('is known, and no more than what the sandbox knows of', () => {
    const { landlock, seccomp } = sandboxSupport();
    assert.ok(landlock >= 0 && landlock <= 6);
    assert.equal(typeof seccomp, 'boolean');
  });
});
