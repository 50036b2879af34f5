import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PASSWORD, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { PATIENT, type Program, run, start, temporaryFolder } from '../../support/program.ts';
import { lineFor, ON_A_TERMINAL, onTerminal } from '../../support/terminal.ts';

const HOST = '127.0.0.1';
const PROMPT = new RegExp(`Password for ${USER} at ${HOST}: `);

describe('the password of rexec', PATIENT, () => {
  it('reads the password from the first line of a file, whichever editor wrote it (D4)', async (t) => {
    const { port } = await startDaemon(t);
    const file = join(temporaryFolder(t), 'password');
    const texts = ['', '\n', '\r\n', '\r', '\nsecond line\n', '\r\n\r\n'].map((end) => PASSWORD + end);
    for (const text of [...texts, `\ufeff${PASSWORD}\r\n`]) {
      writeFileSync(file, text);
      const ended = await run(t, 'rexec', ['-l', USER, '-P', file, '--port', `${port}`, HOST, 'cat'], {
        stdin: 'input is for the command',
      });
      assert.deepEqual(ended, { stdout: 'input is for the command', stderr: '', status: 0 });
    }
  });

  it('says that a password file is UTF-16 instead of sending it (D4)', async (t) => {
    const file = join(temporaryFolder(t), 'password');
    writeFileSync(file, `\ufeff${PASSWORD}\r\n`, 'utf16le');
    const { stderr, status } = await run(t, 'rexec', ['-l', USER, '-P', file, HOST, 'true']);
    assert.deepEqual([stderr, status], [`rexec: ${file}: is encoded in UTF-16; save it as UTF-8\n`, 64]);
  });

  for (const option of ['-P', '-p'])
    it(`with ${option} - reads a line of standard input, and the rest is for the command (D1)`, async (t) => {
      const { port } = await startDaemon(t);
      const words = ['-l', USER, option, '-', '--port', `${port}`, HOST, 'cat; echo over'];
      const rest = `more\n\0\xff${'bulk '.repeat(100_000)}`;
      for (const [stdin, stdout] of [
        [`${PASSWORD}\n`, 'over\n'],
        [PASSWORD, 'over\n'],
        [`${PASSWORD}\nmore\n`, 'more\nover\n'],
        [`${PASSWORD}\r\n\nmore`, '\nmoreover\n'],
        [Buffer.from(`${PASSWORD}\n${rest}`, 'latin1'), `${rest}over\n`],
      ] as const)
        assert.deepEqual(await run(t, 'rexec', words, { stdin }), { stdout, stderr: '', status: 0 });
    });

  it('is a line that comes in pieces, and what comes later is for the command (D1)', async (t) => {
    const { port } = await startDaemon(t);
    const program = start(t, 'rexec', ['-l', USER, '-p', '-', '--port', `${port}`, HOST, 'echo ready; cat']);
    program.child.stdin.write(PASSWORD.slice(0, 2));
    program.child.stdin.write(PASSWORD.slice(2));
    program.child.stdin.write('\nfirst\n');
    await program.says(/ready\nfirst\n/);
    program.child.stdin.end('second\n');
    assert.equal((await program.end()).stdout, 'ready\nfirst\nsecond\n');
  });

  for (const parallel of ['1', '2'])
    it(`is a line, and the rest goes to each of several hosts, ${parallel} at a time (D1)`, async (t) => {
      const { port } = await startDaemon(t, { host: '0.0.0.0' });
      const hosts = ['-w', '127.0.0.1,127.0.0.2', '--max-parallel', parallel, '--collect', '-q'];
      const words = ['-l', USER, '-p', '-', '--port', `${port}`, ...hosts, 'cat'];
      for (const [stdin, output] of [
        [`${PASSWORD}\nmore\n`, 'more\n'],
        [PASSWORD, ''],
      ]) {
        const { stdout, stderr } = await run(t, 'rexec', words, { stdin: stdin! });
        assert.deepEqual([stdout, stderr], [`== 127.0.0.[1-2] (exit 0)\n${output}`, '']);
      }
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
  const terminal = onTerminal(t, lineFor('rexec', ['-l', USER, '--port', `${port}`, HOST, command]), {
    env: { NO_COLOR: '1' },
  });
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
