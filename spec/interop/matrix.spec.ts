import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PASSWORD, startDaemon, USER } from '../support/daemon/daemon.ts';
import { type Ended, findProgram, Program, ROOT } from '../support/program.ts';
import {
  makeCommonsNetClient,
  makeGlibcClient,
  noCommonsNet,
  noGlibc,
  type Started,
} from './fixtures/clients.ts';
import { noInRexecd, startInRexecd } from './fixtures/in-rexecd.ts';

const SLOW = { timeout: 180_000 } as const; // nmap waits some seconds for each of its probes
const NMAP = findProgram('nmap');
const missing = noGlibc || noCommonsNet || (!NMAP && 'needs nmap (Debian: nmap)') || (await noInRexecd());
const HOST = '127.0.0.1';

interface Server {
  readonly name: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** What a client is to do. */
interface Call {
  readonly command: string;
  readonly stderrChannel: boolean;
  readonly password?: string;
  readonly stdin?: string;
  /** Sent to the command once it said `ready`. */
  readonly signal?: 'SIGTERM';
}

interface Client {
  readonly name: string;
  /** The program to its end; undefined where it cannot do what is asked. */
  call(t: TestContext, server: Server, call: Call): Promise<Ended> | undefined;
}

const ours: Client = {
  name: '`rexec`',
  async call(t, { port, user, password }, { command, stderrChannel, signal, stdin = '', ...call }) {
    const login = ['-l', user, '-p', call.password ?? password, '--port', String(port)];
    const words = [...login, ...(stderrChannel ? [] : ['--no-stderr']), HOST, command];
    const program = new Program(t, process.execPath, [join(ROOT, 'lib/cli/rexec.ts'), ...words], { stdin });
    if (signal) await program.says(/^ready$/m).then(() => program.child.kill(signal));
    return program.end();
  },
};

const glibc = ([file]: Started): Client => ({
  name: "glibc's `rexec(3)`",
  call(t, { port, user, password }, { command, stderrChannel, signal, stdin = '', ...call }) {
    const words = [port, user, call.password ?? password, command, stderrChannel ? 'channel' : 'none'].map(
      String,
    );
    return new Program(t, file, [...words, ...(signal ? ['15'] : [])], {
      stdin,
      env: { HOME: '/nowhere' },
    }).end();
  },
});

const commonsNet = ([file, ...first]: Started): Client => ({
  name: 'Commons Net',
  call(t, { port, user, password }, { command, stderrChannel, signal, stdin = '', ...call }) {
    if (signal) return undefined; // it has no way to send one
    const words = [port, user, call.password ?? password, command, stderrChannel ? 'separate' : 'merged'].map(
      String,
    );
    return new Program(t, file, [...first, ...words], { stdin }).end();
  },
});

type Measure = (call: (call: Call) => Promise<Ended> | undefined) => Promise<string>;

/** What is asked of each client and server together, and what is written of it. */
const QUESTIONS: Readonly<Record<string, Measure>> = {
  'one connection': async (call) => {
    const ended = await call({ command: 'echo out; echo err >&2', stderrChannel: false });
    return yes(ended?.stdout === 'out\nerr\n');
  },
  'stderr apart': async (call) => {
    const ended = await call({ command: 'echo out; echo err >&2', stderrChannel: true });
    return yes(ended?.stdout === 'out\n' && ended.stderr === 'err\n');
  },
  '1 MiB there and back': async (call) => {
    const bytes = randomBytes(512 * 1024).toString('hex');
    const ended = await call({ command: 'cat', stderrChannel: true, stdin: bytes });
    return yes(ended?.stdout === bytes);
  },
  signal: async (call) => {
    const command = 'trap "echo got; exit" 15; echo ready; sleep 8 & wait; echo nothing';
    const ended = await call({ command, stderrChannel: true, signal: 'SIGTERM' });
    return ended ? yes(ended.stdout === 'ready\ngot\n') : 'cannot send';
  },
  'exit status': async (call) => yes((await call({ command: 'exit 7', stderrChannel: true }))?.status === 7),
  'wrong password': async (call) => {
    const ended = await call({ command: 'echo in', stderrChannel: true, password: 'wrong' });
    if (ended?.status === 0 || ended?.stdout !== '') return `taken: ${ended?.stdout}`;
    return /Login incorrect\./.test(ended.stderr) ? '`Login incorrect.`' : 'refused, no reason';
  },
};

const yes = (is: boolean): string => (is ? 'yes' : 'no');

/** One client on one server, every question at once. */
async function rowOf(t: TestContext, client: Client, server: Server): Promise<string[]> {
  const answers = Object.values(QUESTIONS).map((measure) => measure((call) => client.call(t, server, call)));
  return [client.name, server.name, ...(await Promise.all(answers))];
}

/** The service that `nmap -sV` takes a port for. */
async function scanned(t: TestContext, port: number): Promise<string> {
  const words = ['-n', '-Pn', HOST, '-sV', '-p', String(port)];
  const { stdout } = await new Program(t, NMAP!, words, { stdin: '' }).ended;
  return /^\d+\/tcp +open +(\S+)/m.exec(stdout)?.[1] ?? 'none';
}

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');

const documentOf = (table: string, service: string): string => `# Who works with whom

Measured by \`spec/interop/matrix.spec.ts\` with the real programs on loopback, and checked each time the specs run;
\`node --test --test-update-snapshots spec/interop/matrix.spec.ts\` writes this page. What daemons answer that cannot be
run here is known from recorded bytes: \`spec/vectors/servers.ts\`.

${table}
\`nmap -sV\` takes \`rexecd\` for the service: ${service}

\`in.rexecd\` is Debian's (netkit, with PAM). It closes the connection without a word for a wrong password, takes no
signals, and tells no exit status, as no daemon but ours does. Ours tells it to a client that asks, as \`rexec\` does
([protocol.md](protocol.md)).

It does not read the stderr channel either, so a request for the exit status makes it reset that channel at the end of the
command, and what it had not sent of a long stderr is lost. \`rexec\` says when that may have happened, and does not ask with
\`--no-exit-status\`.
`;

describe('docs/interop.md', { ...SLOW, skip: missing }, () => {
  it('says what these clients and servers do together', SLOW, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'rexec-matrix-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const clients = [ours, glibc(makeGlibcClient(folder)), commonsNet(makeCommonsNetClient(folder))];
    const debian = await startInRexecd();
    t.after(() => debian.end());
    const daemon = await startDaemon(t);
    const servers: Server[] = [
      { name: '`rexecd`', port: daemon.port, user: USER, password: PASSWORD },
      { ...debian, name: '`in.rexecd`' },
    ];
    const service = scanned(t, daemon.port);
    const pairs = servers.flatMap((server) => clients.map((client) => [client, server] as const));
    const rows = await Promise.all(pairs.map(([client, server]) => rowOf(t, client, server)));
    const table = tableOf(['client', 'server', ...Object.keys(QUESTIONS)], rows);
    const document = documentOf(table, await service);
    t.assert.fileSnapshot(document, join(ROOT, 'docs/interop.md'), { serializers: [String] });
    await daemon.assertServesNextPeer();
  });
});
