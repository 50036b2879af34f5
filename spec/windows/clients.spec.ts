import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import {
  makeCommonsNetClient,
  makeGlibcClient,
  noCommonsNet,
  noGlibc,
  type Started,
} from '../interop/fixtures/clients.ts';
import { PASSWORD, USER } from '../support/daemon/daemon.ts';
import { type Ended, Program } from '../support/program.ts';
import { WineDaemon } from './support/daemon.ts';
import { ON_WINE, prepareWine, wineFolder } from './support/wine.ts';

const NODE = '"N:\\bin\\node.exe"';
const COMMANDS = 'R:\\spec\\windows\\commands';
const COPY = `${NODE} ${COMMANDS}\\copy.mjs`;
const REFUSED = { stdout: '', stderr: 'Login incorrect.\n', status: 3 } as const;

describe('rexecd on Wine, for clients of others', ON_WINE, () => {
  const ends: (() => void)[] = [];
  const scope = { after: (end: () => void) => void ends.push(end) };
  let folder: string;
  let daemon: WineDaemon;
  before(async () => {
    prepareWine();
    folder = mkdtempSync(join(tmpdir(), 'rexec-wine-clients-'));
    scope.after(() => rmSync(folder, { recursive: true, force: true }));
    daemon = await WineDaemon.start(scope, wineFolder(scope));
  });
  after(() => ends.reverse().forEach((end) => void end()));

  describe('a C program on rexec(3)', { skip: noGlibc }, () => {
    let started: Started;
    before(() => {
      started = makeGlibcClient(folder);
    });
    const client = (t: TestContext, words: readonly string[], stdin: string | Buffer = ''): Promise<Ended> =>
      new Program(t, started[0], [`${daemon.port}`, ...words], { stdin, env: { HOME: folder } }).end();

    it('runs a command with one connection', async (t) => {
      const ended = await client(t, [USER, PASSWORD, 'echo out& echo err 1>&2', 'none']);
      assert.deepEqual(ended, { stdout: 'out\r\nerr \r\n', stderr: '', status: 0 });
    });

    it('runs a command with a second connection for stderr', async (t) => {
      const ended = await client(t, [USER, PASSWORD, 'echo out& echo err 1>&2', 'channel']);
      assert.deepEqual(ended, { stdout: 'out\r\n', stderr: 'err \r\n', status: 0 });
    });

    for (const channel of ['none', 'channel'])
      it(`half-closes and reads the rest, with ${channel}`, async (t) => {
        const bytes = randomBytes(1024 * 1024);
        const { stdout, stderr, status } = await client(t, [USER, PASSWORD, COPY, channel], bytes);
        assert.deepEqual([stderr, status], ['', 0]);
        assert.ok(Buffer.from(stdout, 'latin1').equals(bytes));
      });

    it('presses Ctrl-C on the second connection', async (t) => {
      const words = [USER, PASSWORD, `${NODE} ${COMMANDS}\\ctrl-c.mjs`, 'channel', '2'];
      assert.equal((await client(t, words)).stdout, 'ready\npressed\n');
    });

    for (const signal of ['1', '9', '15'])
      it(`ends a command by signal ${signal} on the second connection`, async (t) => {
        const earlier = daemon.events('REXECD-403');
        const words = [USER, PASSWORD, `${NODE} ${COMMANDS}\\ctrl-c.mjs`, 'channel', signal];
        assert.equal((await client(t, words)).stdout, 'ready\n');
        const { status } = await daemon.next('REXECD-403', earlier);
        assert.equal(status, { 1: 'SIGHUP', 9: 'SIGKILL', 15: 'SIGTERM' }[signal]);
      });

    it('gets -1 and reads why it is refused', async (t) => {
      for (const channel of ['none', 'channel'])
        assert.deepEqual(await client(t, [USER, 'wrong', 'echo out', channel]), REFUSED);
    });

    it('gets -1 and reads why for a name of 257 bytes', async (t) => {
      const ended = await client(t, ['u'.repeat(257), PASSWORD, 'echo out', 'none']);
      assert.deepEqual(ended, { stdout: '', stderr: 'username too long\n', status: 3 });
    });
  });

  describe('a Java program on Commons Net', { skip: noCommonsNet }, () => {
    let started: Started;
    before(() => {
      started = makeCommonsNetClient(folder);
    });
    const client = (t: TestContext, words: readonly string[], stdin = ''): Promise<Ended> => {
      const [java, ...first] = started;
      return new Program(t, java, [...first, `${daemon.port}`, ...words], { stdin }).end();
    };

    it('runs a command with one connection', async (t) => {
      const words = [USER, PASSWORD, `${COPY}& echo err 1>&2`, 'merged'];
      const ended = await client(t, words, 'input\n');
      assert.deepEqual(ended, { stdout: 'input\nerr \r\n', stderr: '', status: 0 });
    });

    it('runs a command with a separate error stream, whose source it verifies', async (t) => {
      const words = [USER, PASSWORD, `${COPY}& echo err 1>&2`, 'separate'];
      const ended = await client(t, words, 'input\n');
      assert.deepEqual(ended, { stdout: 'input\n', stderr: 'err \r\n', status: 0 });
    });

    it('reads why it is refused', async (t) => {
      for (const stream of ['merged', 'separate'])
        assert.deepEqual(await client(t, [USER, 'wrong', 'echo out', stream]), REFUSED);
    });
  });
});
