import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import {
  ExecError,
  type ExecOptions,
  type ExecResult,
  exec,
  type RemoteCommand,
} from '../../../lib/client/index.ts';
import { Peer, within } from '../peer.ts';

/** What a client logged in with; fields are latin1, one character a byte. */
export interface LoggedIn {
  readonly user: string;
  readonly password: string;
  readonly command: string;
  /** The stderr channel; throws where the client asked for none. */
  readonly channel: Peer;
}

/** A client as a daemon's script meets it. */
export class Client extends Peer {
  readonly #t: TestContext;

  constructor(t: TestContext, socket: Socket) {
    super(t, socket);
    this.#t = t;
  }

  /** The next request field, without its NUL. */
  async field(): Promise<string> {
    let text = '';
    for (let byte = await this.read(1); byte !== '\0'; byte = await this.read(1)) text += byte;
    return text;
  }

  /** The second connection. */
  async connectBack(port: string, from = '127.0.0.1'): Promise<Peer> {
    return Peer.connect(this.#t, { host: '127.0.0.1', port: Number(port), localAddress: from });
  }

  /** The whole request; connects back where that is asked for. */
  async login(): Promise<LoggedIn> {
    const port = await this.field();
    const stderr = port === '0' ? undefined : await this.connectBack(port);
    const fields = { user: await this.field(), password: await this.field(), command: await this.field() };
    return {
      ...fields,
      get channel() {
        if (!stderr) throw new Error('the client asked for no stderr channel');
        return stderr;
      },
    };
  }
}

/** What a daemon does with a client, from accept to close; what it leaves open stays open. */
export type Script = (client: Client) => Promise<unknown>;

/** A daemon that plays a script to each client. */
export class FakeDaemon {
  readonly port: number;
  readonly connections: () => number;
  readonly #played: Promise<unknown>;

  constructor(port: number, played: Promise<unknown>, connections: () => number) {
    this.port = port;
    this.connections = connections;
    this.#played = played;
    played.catch(() => {}); // many a script ends with its client's leaving
  }

  /** Resolves when the first script is over, with what it returned; rejects with what broke it. */
  get played(): Promise<unknown> {
    return within(this.#played, 'the script of the daemon to end');
  }

  /** A client's command on it. */
  exec(options: Partial<ExecOptions> = {}, command = 'true'): RemoteCommand {
    return exec('127.0.0.1', command, { user: 'ada', password: 's3cret', port: this.port, ...options });
  }

  /** The same, to its end. */
  async outcome(options: Partial<ExecOptions> = {}, command?: string): Promise<Outcome> {
    return outcome(this.exec(options, command));
  }
}

export async function startFakeDaemon(t: TestContext, script: Script): Promise<FakeDaemon> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  const played = Promise.withResolvers<unknown>();
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    script(new Client(t, socket)).then(played.resolve, played.reject);
  });
  t.after(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new FakeDaemon((server.address() as AddressInfo).port, played.promise, () => connections);
}

/** All that a caller of exec() gets, as latin1. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string | null;
  /** `exit N`, `signal NAME`, `not told`, or the code of the error. */
  readonly ended: string;
  readonly message: string;
}

/** A command to its end, both outputs read as they come. */
export async function outcome(remote: RemoteCommand): Promise<Outcome> {
  const { stdout, stderr, result } = remote;
  const [out, err, end] = await Promise.all([
    text(stdout),
    stderr && text(stderr),
    within(ending(result), 'the result'),
  ]);
  return { stdout: out, stderr: err, ...end };
}

/** How a command ended, in words. */
async function ending(result: Promise<ExecResult>): Promise<Pick<Outcome, 'ended' | 'message'>> {
  try {
    const { exitCode, signal } = await result;
    return {
      ended: signal ? `signal ${signal}` : exitCode === null ? 'not told' : `exit ${exitCode}`,
      message: '',
    };
  } catch (error) {
    if (error instanceof ExecError) return { ended: error.code, message: error.message };
    throw error;
  }
}

/** A stream to its end, or to the error of its command, as latin1. */
export async function text(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  const read = async () => {
    for await (const chunk of stream) chunks.push(chunk);
  };
  await within(read(), 'the end of a stream').catch((error) => assert.ok(error instanceof ExecError, error));
  return Buffer.concat(chunks).toString('latin1');
}
