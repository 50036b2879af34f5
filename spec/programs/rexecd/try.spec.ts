import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  notRoot,
  PATIENT,
  Program,
  ROOT,
  start,
  strangersProgram,
  temporaryFolder,
} from '../../support/program.ts';

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** A daemon that is tried, and the line a user is told to paste. */
async function tried(t: TestContext, folder: string): Promise<{ daemon: Program; line: string }> {
  const daemon = start(t, 'rexecd', ['-debug', '--try', folder]);
  const [, line] = await daemon.says(/^try: (.+)\n/m);
  return { daemon, line: line! };
}

/** The line as /bin/sh runs it in the repository. */
async function pasted(t: TestContext, line: string) {
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  return new Program(t, '/bin/sh', ['-c', line], { env: { PATH }, stdin: '' }).end();
}

describe('rexecd --try', PATIENT, () => {
  for (const name of ['trial', "a folder's name"])
    it(`tells a command that works when it is pasted, for ${JSON.stringify(name)}`, async (t) => {
      const { line } = await tried(t, join(temporaryFolder(t), name));
      const { stdout, stderr, status } = await pasted(t, line);
      assert.match(stdout, /^hello from process \d+ of \S+\n$/);
      assert.deepEqual([stderr, status], ['', 0]);
    });

  it('keeps what it makes to its owner', async (t) => {
    const folder = join(temporaryFolder(t), 'trial');
    await tried(t, folder);
    assert.equal(mode(folder), '700');
    assert.deepEqual(readdirSync(folder).sort(), ['demo.password', 'users']);
    for (const file of readdirSync(folder)) assert.equal(mode(join(folder, file)), '600');
  });

  it('keeps the account at the second start, on another port', async (t) => {
    const folder = join(temporaryFolder(t), 'trial');
    const first = await tried(t, folder);
    const password = readFileSync(join(folder, 'demo.password'), 'utf8');
    const second = await tried(t, folder);
    assert.equal(readFileSync(join(folder, 'demo.password'), 'utf8'), password);
    assert.notEqual(second.line, first.line);
    for (const { line } of [first, second]) assert.equal((await pasted(t, line)).status, 0);
  });

  it('makes a new account where half of one is left', async (t) => {
    const folder = join(temporaryFolder(t), 'trial');
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(join(folder, 'demo.password'), 'old\n', { mode: 0o600 });
    const { line } = await tried(t, folder);
    assert.equal((await pasted(t, line)).status, 0);
  });

  it('never shows the password', async (t) => {
    const folder = join(temporaryFolder(t), 'trial');
    const { daemon, line } = await tried(t, folder);
    await pasted(t, line);
    const password = readFileSync(join(folder, 'demo.password'), 'utf8').trim();
    daemon.child.kill('SIGTERM');
    const { stdout, stderr } = await daemon.end();
    assert.equal(password.length, 16);
    assert.ok(!`${stdout}${stderr}`.includes(password));
  });

  it('has readers of nobody as root, whatever account the settings name', { skip: notRoot }, async (t) => {
    const words = [join(ROOT, 'lib/cli/rexecd.ts'), '-debug', '--try', join(temporaryFolder(t), 'trial')];
    const daemon = new Program(t, process.execPath, words, { env: { REXECD_READER_ACCOUNT: 'none' } });
    const [, line] = await daemon.says(/, reader: account nobody, no capabilities, .*\n(?:.*\n)*try: (.+)\n/);
    assert.equal((await pasted(t, line!)).status, 0);
  });

  it('listens on loopback, whatever user runs it from wherever', async (t) => {
    const elsewhere = temporaryFolder(t);
    const daemon = new Program(t, process.execPath, [join(ROOT, 'lib/cli/rexecd.ts'), '--try', 'trial'], {
      cwd: elsewhere,
    });
    const [, line] = await daemon.says(/^try: (.+)\n/m);
    assert.match(line!, / 127\.0\.0\.1 /);
    const shell = new Program(t, '/bin/sh', ['-c', line!], { cwd: elsewhere, stdin: '' });
    assert.equal((await shell.end()).status, 0);
  });

  it('serves as a uid that the user database does not know, as containers do', {
    skip: notRoot,
  }, async (t) => {
    const folder = join(temporaryFolder(t), 'trial');
    const rexecd = join(ROOT, 'lib/cli/rexecd.ts');
    const daemon = strangersProgram(t, process.execPath, rexecd, '-debug', '--try', folder);
    const [, line] = await daemon.says(/^try: (.+)\n/m);
    const command = line!.replace(/'echo .*/, `'echo "$USER $HOME $(id -u)"'`);
    const { stdout, stderr, status } = await strangersProgram(t, '/bin/sh', '-c', command).end();
    assert.deepEqual([stdout, stderr, status], ['54999 / 54999\n', '', 0]);
    assert.match(daemon.stderr, /^$/);
  });
});
