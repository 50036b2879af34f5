import assert from 'node:assert/strict';
import { type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createInterface } from 'node:readline';
import { before, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { Peer, within } from '../../support/peer.ts';
import { cleanEnvironment, findProgram } from '../../support/program.ts';

const PROGRAM = fileURLToPath(new URL('../../support/programs/activated-server.ts', import.meta.url));
const LINUX = { ...BOUNDED, skip: process.platform !== 'linux' && 'needs /proc' } as const;
const ACTIVATE = findProgram('systemd-socket-activate');

async function listening(t: TestContext): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const descriptorOf = (server: Server): number =>
  (server as unknown as { _handle: { fd: number } })._handle.fd;

/** Starts the program as a service manager does, by way of a shell that knows its number. */
function activate(t: TestContext, given: readonly number[], variables: string) {
  const words = ['-c', `${variables} exec "$@"`, 'sh', process.execPath, PROGRAM];
  const child = spawn('sh', words, {
    stdio: ['ignore', 'pipe', 'inherit', ...given],
    env: cleanEnvironment(),
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

/** What the program tells of its sockets. */
async function told(child: ReturnType<typeof activate>): Promise<unknown> {
  const [line] = await within(
    once(createInterface(child.stdout!), 'line'),
    'the program to tell its sockets',
  );
  return JSON.parse(line);
}

async function answerOn(t: TestContext, port: number): Promise<string> {
  return (await Peer.connect(t, { port, host: '127.0.0.1' })).toEnd();
}

describe('a program that is started with sockets', LINUX, () => {
  it('serves on them, and passes neither them nor the variables on', async (t) => {
    const servers = [await listening(t), await listening(t)];
    const variables = 'LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=rexec:other';
    const child = activate(t, servers.map(descriptorOf), variables);
    assert.deepEqual(await told(child), { sockets: [3, 4], left: [], inherited: [] });
    const ports = servers.map(portOf);
    for (const server of servers) server.close(); // from now on only the program listens
    assert.deepEqual(await Promise.all(ports.map((port) => answerOn(t, port))), ['3\n', '4\n']);
  });

  it('keeps many, though it closes what else it inherits', async (t) => {
    const servers = await Promise.all(Array.from({ length: 40 }, () => listening(t)));
    const child = activate(t, servers.map(descriptorOf), 'LISTEN_PID=$$ LISTEN_FDS=40');
    const { sockets, inherited } = (await told(child)) as { sockets: unknown[]; inherited: unknown[] };
    assert.equal(sockets.length, 40);
    assert.deepEqual(sockets[39], 42);
    assert.deepEqual(inherited, []);
    const port = portOf(servers[39]!);
    for (const server of servers) server.close();
    assert.equal(await answerOn(t, port), '42\n');
  });

  it('is started by systemd-socket-activate, and serves the peer that woke it', {
    skip: !ACTIVATE && 'needs systemd-socket-activate (Debian: systemd)',
  }, async (t) => {
    const free = await listening(t);
    const port = portOf(free);
    free.close();
    await once(free, 'close');
    const words = ['--listen', `127.0.0.1:${port}`, '--fdname', 'rexec', process.execPath, PROGRAM];
    const child = spawn(ACTIVATE!, words, { stdio: ['ignore', 'pipe', 'pipe'], env: cleanEnvironment() });
    t.after(() => child.kill('SIGKILL'));
    await within(once(createInterface(child.stderr), 'line'), 'systemd-socket-activate to listen');
    const answer = answerOn(t, port);
    assert.deepEqual(await told(child), { sockets: [3], left: [], inherited: [] });
    assert.equal(await answer, '3\n');
  });
});

const MINE = { LISTEN_PID: 'mine', LISTEN_FDS: '1' };

/** What is taken of two sockets and a file, in this order. */
const JUDGED: readonly (readonly [
  what: string,
  variables: Record<string, string>,
  descriptors: readonly number[],
])[] = [
  ['one socket', MINE, [3]],
  ['one that has a name', { ...MINE, LISTEN_FDNAMES: 'rexec' }, [3]],
  ['two', { ...MINE, LISTEN_FDS: '2' }, [3, 4]],
  ['two and what is no socket', { ...MINE, LISTEN_FDS: '3' }, [3, 4]],
  ['two and what is not open', { ...MINE, LISTEN_FDS: '900' }, [3, 4]],
  ['none: more than anybody has', { ...MINE, LISTEN_FDS: '1025' }, []],
  ['none: zero', { ...MINE, LISTEN_FDS: '0' }, []],
  ['none: no number', { ...MINE, LISTEN_FDS: '1x' }, []],
  ['none: less than nothing', { ...MINE, LISTEN_FDS: '-1' }, []],
  ['none: not a whole number', { ...MINE, LISTEN_FDS: '1.5' }, []],
  ['none: an empty number', { ...MINE, LISTEN_FDS: '' }, []],
  ['none: no number is given', { LISTEN_PID: 'mine' }, []],
  ['none: for another process', { ...MINE, LISTEN_PID: '1' }, []],
  ['none: for an empty process', { ...MINE, LISTEN_PID: '' }, []],
  ['none: for no process', { LISTEN_FDS: '1' }, []],
  ['none: there are no variables', {}, []],
];

describe('the variables of socket activation', LINUX, () => {
  let taken: number[][] = [];

  before(async () => {
    const servers = [createServer().listen(0), createServer().listen(0)];
    await Promise.all(servers.map((server) => once(server, 'listening')));
    const file = openSync(PROGRAM, 'r');
    const words = [PROGRAM, JSON.stringify(JUDGED.map(([, variables]) => variables))];
    const stdio: StdioOptions = ['ignore', 'pipe', 'inherit', ...servers.map(descriptorOf), file];
    const { stdout } = spawnSync(process.execPath, words, { stdio, encoding: 'utf8', ...BOUNDED });
    for (const server of servers) server.close();
    closeSync(file);
    taken = JSON.parse(stdout);
  });

  for (const [index, [what, , descriptors]] of JUDGED.entries())
    it(`give ${what}`, () => assert.deepEqual(taken[index], descriptors));
});
