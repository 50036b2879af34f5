import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { sandboxGaps } from '../../../lib/service/index.ts';
import {
  notRoot,
  PATIENT,
  Program,
  ROOT,
  start,
  strangersProgram,
  temporaryFolder,
  usersFileOf,
} from '../../support/program.ts';

const KERNEL = { landlock: 6, seccomp: true } as const;
/** All that it says. */
const ALL = /^(?:.*\n)*try: .*\n/;
const LINE = /^process (\d+), ([a-z ]+): account ([^,]+), (.+)$/gm;

interface Line {
  readonly pid: number;
  readonly name: string;
  readonly account: string;
  readonly may: string;
}

/** What a daemon says of its processes, the first line first. */
const linesOf = (said: string): Line[] =>
  [...said.matchAll(LINE)].map(([, pid, name = '', account = '', may = '']) => ({
    pid: Number(pid),
    name,
    account,
    may,
  }));

const statusOf = (pid: number, field: string): string =>
  new RegExp(`^${field}:\\s*(\\w+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';

/** A daemon in a trial, with no setting of its own, and what it says. */
async function tried(t: TestContext): Promise<{ daemon: Program; lines: Line[] }> {
  const words = [join(ROOT, 'lib/cli/rexecd.ts'), '-debug', '--try', temporaryFolder(t)];
  const daemon = new Program(t, process.execPath, words);
  const [said] = await daemon.says(ALL);
  return { daemon, lines: linesOf(said) };
}

describe('rexecd -debug', { ...PATIENT, skip: process.platform !== 'linux' && 'needs /proc' }, () => {
  it('says of each process what the kernel says', async (t) => {
    const { daemon, lines } = await tried(t);
    assert.deepEqual(lines.map(({ name }) => name).sort(), ['host', 'reader', 'rexecd']);
    assert.equal(lines[0]?.pid, daemon.pid);
    for (const { pid, may } of lines) {
      const held = BigInt(`0x${statusOf(pid, 'CapEff')}`)
        .toString(2)
        .replaceAll('0', '').length;
      assert.ok(may.startsWith(held === 0 ? 'no capabilities' : `${held} of `), `${may}, not ${held}`);
      assert.equal(/\bno_new_privs\b/.test(may), statusOf(pid, 'NoNewPrivs') === '1', may);
      assert.equal(/\bseccomp\b/.test(may), statusOf(pid, 'Seccomp') === '2', may);
    }
  });

  it('has a reader that the kernel keeps from all that this one can', async (t) => {
    const gaps = await sandboxGaps();
    const reader = (await tried(t)).lines.find(({ name }) => name === 'reader')!;
    const [capabilities, ...others] = reader.may.split(', ');
    assert.equal(capabilities, 'no capabilities');
    assert.equal(others.includes('no_new_privs'), true);
    assert.equal(
      others.some((each) => /^Landlock [1-6]$/.test(each)),
      !gaps.some((gap) => /Landlock/.test(gap)),
    );
    assert.equal(others.includes('seccomp'), !gaps.some((gap) => /system calls/.test(gap)));
    for (const field of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'])
      assert.match(statusOf(reader.pid, field), /^0+$/, field);
  });

  it('has a reader of the account that the setting names, as root', { skip: notRoot }, async (t) => {
    const users = ['--users', usersFileOf(t)];
    const daemon = start(t, 'rexecd', ['-debug', '--port', '0', '--reader-account', 'daemon', ...users]);
    const [said] = await daemon.says(/^process .*, rexecd: .*\n(?:process .*\n)*process .*, reader: .*\n/m);
    const [rexecd, reader] = ['rexecd', 'reader'].map((name) =>
      linesOf(said).find((line) => line.name === name),
    );
    assert.deepEqual([rexecd?.account, reader?.account], ['root', 'daemon']);
    assert.match(statusOf(reader!.pid, 'CapBnd'), /^0+$/);
  });

  it('has the same shape without root, in one account', { skip: notRoot }, async (t) => {
    const words = ['-debug', '--try', join(temporaryFolder(t), 'trial')];
    const daemon = strangersProgram(t, process.execPath, join(ROOT, 'lib/cli/rexecd.ts'), ...words);
    const [said] = await daemon.says(ALL);
    const lines = linesOf(said);
    assert.deepEqual([...new Set(lines.map(({ account }) => account))], ['uid 54999']);
    assert.match(lines.find(({ name }) => name === 'reader')!.may, /^no capabilities, no_new_privs\b/);
  });
});

describe('what the processes of a daemon may do', () => {
  it('is not said on a system without /proc', { skip: notRoot }, async (t) => {
    const script = `import('${ROOT}/lib/service/index.ts').then(async (service) =>
      console.log(service.ownProcesses(), await service.processLines()))`;
    const words = ['mount -t tmpfs none /proc && exec "$@"', 'sh', process.execPath, '-e', script];
    const { stdout, stderr } = await new Program(t, 'unshare', ['--mount', 'sh', '-c', ...words]).end();
    assert.equal(stdout, '[] []\n', stderr);
  });
});

describe('what a kernel cannot take away from readers', {
  skip: process.platform !== 'linux' && 'is said on Linux',
}, () => {
  it('is nothing, where it has Landlock and filters system calls', async () =>
    assert.deepEqual(await sandboxGaps(KERNEL), []));

  it('is files, without Landlock', async () => {
    const [gap = '', ...more] = await sandboxGaps({ ...KERNEL, landlock: 0 });
    assert.match(gap, /^the kernel has no Landlock: /);
    assert.deepEqual(more, []);
  });

  it('is system calls, without a filter', async () => {
    const gaps = await sandboxGaps({ landlock: 0, seccomp: false });
    assert.equal(gaps.length, 2);
    assert.match(gaps[1]!, /system calls/);
  });
});
