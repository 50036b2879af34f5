import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it, type TestContext } from 'node:test';
import { PASSWORD, USER } from '../support/daemon/daemon.ts';
import { eventually, Peer } from '../support/peer.ts';
import { type Ended, type Program, type ProgramOptions, start } from '../support/program.ts';
import { Authority } from '../support/tls/certificates.ts';
import { noOpenssl } from '../support/tls/tls.ts';
import { WineDaemon } from './support/daemon.ts';
import { processesWith } from './support/processes.ts';
import { ON_WINE, prepareWine, type WineFolder, wineFolder } from './support/wine.ts';

const NODE = '"N:\\bin\\node.exe"';
const COMMANDS = 'R:\\spec\\windows\\commands';
const COPY = `${NODE} ${COMMANDS}\\copy.mjs`;
const MEGABYTES = 20 * 1000 * 1000;
const COMMAND_STARTED = 'REXECD-402';
const COMMAND_ENDED = 'REXECD-403';
const SIGNAL_FORWARDED = 'REXECD-404';

/** Commands, and what each writes. The echo of cmd.exe writes quotes as it writes all else. */
const QUOTED = {
  'echo "a  b"': '"a  b"\r\n',
  'echo a ^& b': 'a & b\r\n',
  'echo a& echo b': 'a\r\nb\r\n',
  'echo a && echo b': 'a \r\nb\r\n',
  'echo %SystemRoot%': 'C:\\windows\r\n',
  "echo 'a'": "'a'\r\n",
  'echo \\\\server\\share\\': '\\\\server\\share\\\r\n',
  [`${NODE} -p "1 + 1"`]: '2\n',
  [`${NODE} -p "'x  y'" "z"`]: 'x  y\n',
  [`${NODE} -p "process.argv.slice(1).join('|')" a "b c" "d\\"e" f\\`]: 'a|b c|d"e|f\\\n',
  [`${NODE} -e "process.stdout.write('\u00e4\u20ac\u{1f600}')"`]: '\u00e4\u20ac\u{1f600}',
} as const;

/** Exit codes, and what a client has of each: codes of Windows have 32 bits. */
const EXIT_CODES = { 0: 0, 3: 3, 255: 255, 256: 255, 9009: 255, 2147483647: 255, '-1': 255 } as const;

/** SIGINT is Ctrl-C, after which programs of Wine that do nothing about it exit with 0: Windows has a code of its own. */
const SIGNALS = { SIGHUP: 129, SIGINT: 0, SIGQUIT: 131, SIGTERM: 143 } as const;

const LOGIN = ['-l', USER, '-p', PASSWORD] as const;

describe('rexecd on Wine', ON_WINE, () => {
  const ends: (() => void)[] = [];
  const scope = { after: (end: () => void) => void ends.push(end) };
  let folder: WineFolder;
  let daemon: WineDaemon;
  let ca: string;
  before(async () => {
    prepareWine();
    folder = wineFolder(scope);
    const tls: string[] = [];
    if (!noOpenssl) {
      const authority = new Authority();
      const { cert, key } = authority.daemon();
      for (const [name, path] of Object.entries({ cert, key })) copyFileSync(path, join(folder.path, name));
      ca = authority.ca;
      const files = ['--tls-certificate', folder.at('cert'), '--tls-key', folder.at('key')];
      tls.push('--listen', '127.0.0.1:0,tls:127.0.0.1:0', ...files);
    }
    daemon = await WineDaemon.start(scope, folder, tls, { REXECD_BACKLOG: '100', HOMEDRIVE: 'C:' });
  });
  after(() => ends.reverse().forEach((end) => void end()));

  const begin = (
    t: TestContext,
    command: string,
    more: string[] = [],
    options: ProgramOptions = {},
  ): Program =>
    start(t, 'rexec', [...LOGIN, '--port', `${daemon.port}`, ...more, '127.0.0.1', command], options);
  const run = (
    t: TestContext,
    command: string,
    options: ProgramOptions = {},
    more?: string[],
  ): Promise<Ended> => begin(t, command, more, { stdin: '', ...options }).end();
  const utf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString();

  for (const [command, stdout] of Object.entries(QUOTED))
    it(`[step 8] runs ${command} as its user would type it`, async (t) => {
      const ended = await run(t, command);
      assert.deepEqual({ ...ended, stdout: utf8(ended.stdout) }, { stdout, stderr: '', status: 0 });
    });

  for (const [code, status] of Object.entries(EXIT_CODES))
    it(`says ${status} for a command that ends with ${code}, and logs the whole code`, async (t) => {
      const earlier = daemon.events(COMMAND_ENDED);
      assert.equal((await run(t, `exit ${code}`)).status, status);
      const { status: logged } = await daemon.next(COMMAND_ENDED, earlier);
      assert.equal(Number(logged) | 0, Number(code));
    });

  it('[step 2] has stderr on the second connection', async (t) =>
    assert.deepEqual(await run(t, 'echo out& echo err 1>&2& exit 4'), {
      stdout: 'out\r\n',
      stderr: 'err \r\n',
      status: 4,
    }));

  it('[step 2] keeps the order of both outputs on one connection', async (t) => {
    const { stdout, stderr } = await run(t, 'echo 1& echo 2 1>&2& echo 3& echo 4 1>&2', {}, ['--no-stderr']);
    assert.deepEqual([stdout, stderr], ['1\r\n2 \r\n3\r\n4 \r\n', '']);
  });

  it('gives a command the end of its input', async (t) => {
    assert.equal((await run(t, COPY, { stdin: '' })).stdout, '');
    assert.equal((await run(t, COPY, { stdin: 'one\ntwo' })).stdout, 'one\ntwo');
  });

  it('passes every byte on, both ways and to stderr', async (t) => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const { stdout, stderr } = await run(t, `${COPY} both`, { stdin: all });
    assert.deepEqual(Buffer.from(stdout, 'latin1'), all);
    assert.deepEqual(Buffer.from(stderr, 'latin1'), all);
  });

  for (const more of [[], ['--no-stderr']])
    it(`passes 20 MB on, both ways${more.length > 0 ? ' on one connection' : ''}`, async (t) => {
      const bytes = randomBytes(MEGABYTES);
      const { stdout, status } = await run(t, COPY, { stdin: bytes }, more);
      assert.equal(status, 0);
      assert.ok(Buffer.from(stdout, 'latin1').equals(bytes));
    });

  it('runs commands at the same time, each with its own outputs and exit status', async (t) => {
    const numbers = Array.from({ length: 10 }, (_, index) => index);
    const all = numbers.map((number) => run(t, `echo ${number}& echo e${number} 1>&2& exit ${number}`));
    assert.deepEqual(
      await Promise.all(all),
      numbers.map((number) => ({ stdout: `${number}\r\n`, stderr: `e${number} \r\n`, status: number })),
    );
  });

  for (const [signal, status] of Object.entries(SIGNALS))
    it(`ends the whole tree of a command by ${signal}`, async (t) => {
      const word = randomUUID();
      const program = begin(t, `${NODE} ${COMMANDS}\\tree.mjs ${word}`);
      await program.says(/^ready$/m);
      assert.ok(processesWith(word).length >= 3, 'cmd.exe, a program and its child');
      program.child.kill(signal as NodeJS.Signals);
      assert.equal((await program.end()).status, status);
      await eventually(() => processesWith(word).every((pid) => pid === program.pid), 'the tree is gone');
    });

  it('ends the whole tree of a command that writes to a client that is gone', async (t) => {
    const word = randomUUID();
    const program = begin(t, `${NODE} ${COMMANDS}\\tree.mjs ${word}`);
    await program.says(/^ready$/m);
    program.child.kill('SIGKILL');
    await eventually(() => processesWith(word).length === 0, 'the tree is gone');
  });

  it('ends what a command has left behind when its session is over', async (t) => {
    const word = randomUUID();
    const { stdout } = await run(
      t,
      `start /b ${NODE} ${COMMANDS}\\tree.mjs ${word} > nul 2>&1 < nul& echo over`,
    );
    assert.equal(stdout, 'over\r\n');
    await eventually(() => processesWith(word).length === 0, 'it is gone');
  });

  it('presses Ctrl-C for SIGINT', async (t) => {
    const program = begin(t, `${NODE} ${COMMANDS}\\ctrl-c.mjs`);
    await program.says(/^ready$/m);
    program.child.kill('SIGINT');
    assert.equal((await program.end()).stdout, 'ready\npressed\n');
  });

  it('ignores a signal that ends nothing', async (t) => {
    const program = begin(t, `${NODE} ${COMMANDS}\\ctrl-c.mjs`);
    await program.says(/^ready$/m);
    const earlier = daemon.events(SIGNAL_FORWARDED);
    program.child.kill('SIGUSR1');
    program.child.kill('SIGTERM');
    assert.equal((await program.end()).status, 143);
    assert.deepEqual(
      daemon
        .events(SIGNAL_FORWARDED)
        .slice(earlier.length)
        .map(({ signal }) => signal),
      [15],
    );
  });

  it('[step 8] runs a command in the profile folder, without what only the daemon was given', async (t) => {
    const { stdout } = await run(t, 'cd& set');
    const [directory, ...variables] = stdout.split('\r\n');
    const set = new Map(
      variables.map((line) => [line.split('=')[0]!.toUpperCase(), line.replace(/^[^=]*=/, '')]),
    );
    assert.equal(directory, set.get('USERPROFILE'));
    assert.equal(set.get('HOME'), set.get('USERPROFILE'));
    for (const name of ['PATH', 'PATHEXT', 'SYSTEMROOT', 'TEMP', 'TMP', 'COMSPEC', 'SYSTEMDRIVE', 'WINDIR'])
      assert.ok(set.get(name), name);
    assert.equal(set.get('RHOST'), '127.0.0.1');
    for (const name of ['REXECD_BACKLOG', 'HOMEDRIVE']) assert.ok(!set.has(name), name);
  });

  /** Sends a request as its bytes, and returns what comes back. */
  async function raw(t: TestContext, ...fields: (string | Buffer)[]): Promise<string> {
    const peer = await Peer.connect(t, { port: daemon.port, host: '127.0.0.1' });
    peer.socket.write(
      Buffer.concat(fields.map((field) => Buffer.concat([Buffer.from(field), Buffer.of(0)]))),
    );
    return await text(peer.socket);
  }

  it('[step 5] runs a command of 8192 bytes, and refuses a longer one', async (t) => {
    const command = (length: number) => `${NODE} -p 1 `.padEnd(length, 'x');
    const earlier = daemon.events(COMMAND_STARTED);
    assert.match(await raw(t, '', USER, PASSWORD, command(8192)), /^\0/);
    assert.equal(String((await daemon.next(COMMAND_STARTED, earlier)).command).length > 0, true);
    assert.equal(await raw(t, '', USER, PASSWORD, command(8193)), '\x01command too long\n');
  });

  it('[steps 3 and 4] reads names and passwords of 256 bytes, and refuses longer ones', async (t) => {
    const refused = '\x01Login incorrect.\n';
    assert.equal(await raw(t, '', 'u'.repeat(256), PASSWORD, 'echo'), refused);
    assert.equal(await raw(t, '', USER, 'p'.repeat(256), 'echo'), refused);
    assert.equal(await raw(t, '', 'u'.repeat(257), PASSWORD, 'echo'), '\x01username too long\n');
    assert.equal(await raw(t, '', USER, 'p'.repeat(257), 'echo'), '\x01password too long\n');
  });

  it('[step 6] answers a wrong password and an unknown user in the same way', async (t) => {
    for (const [user, password] of [
      [USER, 'wrong'],
      ['nobody-here', PASSWORD],
    ] as const)
      assert.equal(await raw(t, '', user, password, 'echo'), '\x01Login incorrect.\n');
  });

  it('refuses a command that is not UTF-8', async (t) => {
    const answer = await raw(t, '', USER, PASSWORD, Buffer.from([0x65, 0xff]));
    assert.match(answer, /^\x01/);
    const [failed] = daemon.events('REXECD-401').slice(-1);
    assert.match(String(failed?.cause), /not UTF-8/);
  });

  describe('over TLS', { skip: noOpenssl }, () => {
    const words = () => [...LOGIN, '--tls', '--ca', ca, '--port', `${daemon.tlsPort}`];
    const overTls = (
      t: TestContext,
      command: string,
      options: ProgramOptions,
      more: string[] = [],
    ): Program => start(t, 'rexec', [...words(), ...more, 'localhost', command], options);

    it('multiplexes both outputs and the exit status', async (t) => {
      const ended = await overTls(t, `${COPY}& echo err 1>&2& exit 7`, { stdin: 'in\n' }).end();
      assert.deepEqual(ended, { stdout: 'in\n', stderr: 'err \r\n', status: 7 });
    });

    it('passes 20 MB on, both ways', async (t) => {
      const bytes = randomBytes(MEGABYTES);
      const { stdout, status } = await overTls(t, COPY, { stdin: bytes }).end();
      assert.equal(status, 0);
      assert.ok(Buffer.from(stdout, 'latin1').equals(bytes));
    });

    it('ends the whole tree of a command by a signal', async (t) => {
      const word = randomUUID();
      const program = overTls(t, `${NODE} ${COMMANDS}\\tree.mjs ${word}`, {});
      await program.says(/^ready$/m);
      program.child.kill('SIGTERM');
      assert.equal((await program.end()).status, 143);
      await eventually(() => processesWith(word).every((pid) => pid === program.pid), 'the tree is gone');
    });
  });
});

describe('another rexecd on Wine', ON_WINE, () => {
  before(prepareWine);

  it('[step 8] runs a command by the shell that SHELL names before ComSpec, as one word', async (t) => {
    const shell = { SHELL: 'N:\\bin\\node.exe' }; // with -c it looks for the file that the command names
    const other = await WineDaemon.start(t, wineFolder(t), [], shell);
    const words = [...LOGIN, '--port', `${other.port}`, '127.0.0.1', 'R:\\no such  "file"'];
    const { stderr, status } = await start(t, 'rexec', words, { stdin: '' }).end();
    assert.match(stderr, /Cannot find module 'R:\\no such {2}"file"'/);
    assert.equal(status, 1);
  });

  it('takes its commands with it when it is killed', async (t) => {
    const other = await WineDaemon.start(t, wineFolder(t));
    const word = randomUUID();
    const port = ['--port', `${other.port}`];
    const program = start(t, 'rexec', [
      ...LOGIN,
      ...port,
      '127.0.0.1',
      `${NODE} ${COMMANDS}\\tree.mjs ${word}`,
    ]);
    await program.says(/^ready$/m);
    other.child.kill('SIGKILL');
    await program.end();
    await eventually(() => processesWith(word).length === 0, 'the tree is gone');
  });
});
