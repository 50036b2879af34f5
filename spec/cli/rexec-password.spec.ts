import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PASSWORD, startDaemon, USER } from '../support/daemon.ts';
import { findProgram, PATIENT, Program, ROOT, run, start, temporaryFolder } from '../support/program.ts';

const HOST = '127.0.0.1';
const PROMPT = new RegExp(`Password for ${USER} at ${HOST}: `);
const SCRIPT = findProgram('script');
const ON_A_TERMINAL = { skip: SCRIPT === undefined && 'needs script for a terminal (Debian: bsdutils)' };

describe('the password of rexec', PATIENT, () => {
  it('reads the password from a file, without its newline', async (t) => {
    const { port } = await startDaemon(t);
    const file = join(temporaryFolder(t), 'password');
    for (const text of [`${PASSWORD}\n`, PASSWORD]) {
      writeFileSync(file, text);
      const ended = await run(t, 'rexec', ['-l', USER, '-P', file, '--port', `${port}`, HOST, 'cat'], {
        stdin: 'input is for the command',
      });
      assert.deepEqual(ended, { stdout: 'input is for the command', stderr: '', status: 0 });
    }
  });

  it('with -P - reads the password from standard input, and the command gets none', async (t) => {
    const { port } = await startDaemon(t);
    const words = ['-l', USER, '-P', '-', '--port', `${port}`, HOST, 'cat; echo over'];
    const ended = await run(t, 'rexec', words, { stdin: `${PASSWORD}\n` });
    assert.deepEqual(ended, { stdout: 'over\n', stderr: '', status: 0 });
  });

  it('takes a password on the command line out of sight', async (t) => {
    const { port } = await startDaemon(t);
    const secret = ['-l', USER, '-p', PASSWORD];
    const program = start(t, 'rexec', [...secret, '--port', `${port}`, HOST, 'echo ready; cat']);
    await program.says(/ready/);
    const shown = readFileSync(`/proc/${program.pid}/cmdline`, 'latin1');
    assert.ok(shown.startsWith('rexec'), shown);
    assert.ok(!shown.includes(PASSWORD), shown);
    program.child.stdin.end();
    assert.equal((await program.end()).status, 0);
  });

  it('is an error that names the file when it cannot be read', async (t) => {
    const file = join(temporaryFolder(t), 'none');
    const { stderr, status } = await run(t, 'rexec', ['-P', file, HOST, 'true']);
    assert.equal(status, 64);
    assert.match(stderr, /^rexec: .*none.*\n$/);
  });

  it('is an error where there is no terminal to ask on', async (t) => {
    const { stderr, status } = await run(t, 'rexec', [HOST, 'true'], { detached: true });
    assert.equal(status, 64);
    assert.equal(stderr, 'rexec: password: there is no terminal to ask on; use -P FILE\n');
  });
});

/** rexec on a terminal of its own, asked for the password. */
async function asked(t: TestContext, command: string): Promise<Program> {
  const { port } = await startDaemon(t);
  const quoted = [process.execPath, join(ROOT, 'lib/cli/rexec.ts'), '-l', USER, '--port', port, HOST, command]
    .map((word) => `'${word}'`)
    .join(' ');
  const terminal = new Program(t, SCRIPT!, ['-qefc', quoted, '/dev/null'], { env: { SHELL: '/bin/sh' } });
  await terminal.says(PROMPT);
  return terminal;
}

describe('the prompt of rexec', { ...PATIENT, ...ON_A_TERMINAL }, () => {
  it('shows nothing of what is typed, and passes the exit status on', async (t) => {
    const terminal = await asked(t, 'echo in; exit 7');
    terminal.child.stdin.write(`${PASSWORD}\r`);
    const { stdout, status } = await terminal.end();
    assert.equal(status, 7);
    assert.match(stdout, new RegExp(`${PROMPT.source}\\r?\\n+in\\r?\\n`));
    assert.ok(!stdout.includes(PASSWORD), stdout);
  });

  it('lets a character be taken back', async (t) => {
    const terminal = await asked(t, 'echo in');
    terminal.child.stdin.write(`${PASSWORD}xy\x7f\x08\r`);
    const { stdout, status } = await terminal.end();
    assert.equal(status, 0);
    assert.ok(!stdout.includes('xy'), stdout);
  });

  it('takes a wrong password for what it is', async (t) => {
    const terminal = await asked(t, 'echo in');
    terminal.child.stdin.write('wrong\r');
    const { stdout, status } = await terminal.end();
    assert.equal(status, 77);
    assert.match(
      stdout,
      /: login: Login incorrect\.\r?\nrexec: hint: check the user name and the password.*\r?\n$/,
    );
  });

  it('ends at Ctrl-C', async (t) => {
    const terminal = await asked(t, 'echo in');
    terminal.child.stdin.write('s3\x03');
    const { stdout, status } = await terminal.end();
    assert.equal(status, 64);
    assert.match(stdout, /rexec: password: interrupted\r?\n$/);
  });
});
