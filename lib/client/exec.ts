import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { constants } from 'node:os';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  CodecError,
  encodeLogin,
  encodeRequestFrame,
  ReplyDecoder,
  type ReplyFrame,
  StderrDecoder,
  type StderrFrame,
} from '../../codec/index.ts';
import { ExecError } from './errors.ts';
import { StderrListener } from './stderr-listener.ts';

export interface ExecOptions {
  readonly user: string;
  /** Bytes end to end; a string is sent as UTF-8. */
  readonly password: string | Uint8Array;
  /** Port of the daemon; 512 otherwise. */
  readonly port?: number;
  /** Whether to ask for a stderr channel, which also carries signals and the exit status; true otherwise. */
  readonly stderrChannel?: boolean;
  /** Time to connect, and again for the daemon to connect back; 10 otherwise. */
  readonly connectSeconds?: number;
  readonly signal?: AbortSignal;
}

/** How the command ended; both null where the daemon does not tell, as daemons other than rexecd do not. */
export interface ExecResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A command on another host. Read both outputs to the end: the daemon stops the command while nobody reads. */
export interface RemoteCommand {
  /** Ending it is the command's end of input; its output goes on. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Null without a stderr channel: stderr then comes with stdout. */
  readonly stderr: Readable | null;
  /** Resolves after the last byte of output; rejects with an {@link ExecError}. */
  readonly result: Promise<ExecResult>;
  /** Sends a signal to the command's process group, by name or by the number it has there; false when it cannot be sent. */
  kill(signal: NodeJS.Signals | number): boolean;
}

/** The byte that asks for the exit status: signal 0, a no-op everywhere. */
const EXIT_STATUS_WANTED = Buffer.of(0);
const DEFAULT_PORT = 512;
const UNKNOWN: ExecResult = { exitCode: null, signal: null };

/** Runs `command` on `host` by the rexec protocol. User, password and output cross the network in clear text. */
export function exec(host: string, command: string, options: ExecOptions): RemoteCommand {
  return new Conversation(host, command, options);
}

class Conversation implements RemoteCommand {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr: PassThrough | null;
  readonly result: Promise<ExecResult>;
  readonly #options: ExecOptions;
  readonly #sockets: Socket[] = []; // the connection, then the stderr channel
  #listener: StderrListener | undefined;
  #result = UNKNOWN;

  constructor(host: string, command: string, options: ExecOptions) {
    this.#options = options;
    this.stderr = (options.stderrChannel ?? true) ? new PassThrough() : null;
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream?.on('error', () => {});
    this.result = this.#converse(host, command).finally(() => this.#close());
  }

  kill(signal: NodeJS.Signals | number): boolean {
    const number = typeof signal === 'number' ? signal : (constants.signals[signal] ?? -1);
    const channel = this.#sockets[1];
    if (!channel?.writable || !Number.isInteger(number) || number < 0 || number > 255) return false;
    channel.write(Buffer.of(number));
    return true;
  }

  async #converse(host: string, command: string): Promise<ExecResult> {
    const { signal } = this.#options;
    const login = this.#encode(command);
    const abort = () => this.#close();
    signal?.addEventListener('abort', abort);
    try {
      signal?.throwIfAborted();
      await this.#talk(await this.#connect(host), login);
      return this.#result;
    } catch (error) {
      if (signal?.aborted) throw new ExecError('REXEC_ABORTED', 'aborted', { cause: signal.reason });
      throw error;
    } finally {
      login.fill(0);
      signal?.removeEventListener('abort', abort);
    }
  }

  #encode(command: string): Buffer {
    const { user, password } = this.#options;
    try {
      return encodeLogin({ user, password, command });
    } catch (cause) {
      throw new ExecError('REXEC_REQUEST_INVALID', (cause as Error).message, { cause });
    }
  }

  async #connect(host: string): Promise<Socket> {
    const { port = DEFAULT_PORT } = this.#options;
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true, keepAlive: true });
    socket.on('error', () => {});
    this.#sockets.push(socket);
    try {
      await once(socket, 'connect', { signal: this.#patience() });
    } catch (cause) {
      throw new ExecError('REXEC_UNREACHABLE', reason(cause), { cause });
    }
    return socket;
  }

  /** The port first; then, with the stderr channel there, who we are and what to run. */
  async #talk(connection: Socket, login: Buffer): Promise<void> {
    const stderrDone = this.stderr ? await this.#openStderr(connection, this.stderr) : undefined;
    if (!this.stderr) connection.write(encodeRequestFrame({ type: 'stderrPort', port: 0 }));
    const replied = stderrDone?.replied ?? this.#readReplies(connection);
    connection.write(login, () => login.fill(0));
    await Promise.all([replied, stderrDone?.ended]);
  }

  async #openStderr(connection: Socket, stderr: PassThrough) {
    const { localAddress = '', remoteAddress = '' } = connection;
    const listener = await StderrListener.listen(localAddress, remoteAddress);
    this.#listener = listener;
    connection.write(encodeRequestFrame({ type: 'stderrPort', port: listener.port }));
    const replied = this.#readReplies(connection);
    const patience = this.#patience();
    const late = once(patience, 'abort').then(() => {
      throw new ExecError('REXEC_NO_STDERR', 'the daemon does not connect back (a firewall?)');
    });
    const early = replied.then(() => {
      throw new ExecError('REXEC_LOST', 'the daemon answered before it connected back');
    });
    const channel = await Promise.race([listener.accepted, late, early]);
    this.#sockets.push(channel);
    channel.write(EXIT_STATUS_WANTED);
    return { replied, ended: this.#readStderr(channel, stderr) };
  }

  async #readReplies(connection: Socket): Promise<void> {
    try {
      await pipeline(connection, new ReplyDecoder(), async (frames: AsyncIterable<ReplyFrame>) => {
        for await (const frame of frames) {
          if (frame.type === 'refused') throw new ExecError('REXEC_REFUSED', frame.text);
          if (frame.type === 'accepted') pipeline(this.stdin, connection).catch(() => {});
          else await write(this.stdout, frame.chunk);
        }
      });
    } catch (cause) {
      throw cause instanceof ExecError ? cause : replyError(cause);
    }
    this.stdout.end();
  }

  async #readStderr(channel: Socket, stderr: PassThrough): Promise<void> {
    // A channel that breaks costs the rest of stderr and the exit status, not the command.
    await pipeline(channel, new StderrDecoder(), async (frames: AsyncIterable<StderrFrame>) => {
      for await (const frame of frames) {
        if (frame.type === 'stderr') await write(stderr, frame.chunk);
        else if (frame.type === 'exited') this.#result = { exitCode: frame.code, signal: null };
        else this.#result = { exitCode: null, signal: frame.signal };
      }
    }).catch(() => {});
    stderr.end();
  }

  #patience(): AbortSignal {
    const timeout = AbortSignal.timeout((this.#options.connectSeconds ?? 10) * 1000);
    const { signal } = this.#options;
    return signal ? AbortSignal.any([signal, timeout]) : timeout;
  }

  #close(): void {
    this.#listener?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.stdin.destroy();
    this.stdout.end(); // what has arrived can still be read
    this.stderr?.end();
  }
}

/** Waits until `stream` has passed the chunk on: one chunk at a time is kept for a reader that is slow. */
async function write(stream: PassThrough, chunk: Buffer): Promise<void> {
  const error = await new Promise<Error | null | undefined>((resolve) => stream.write(chunk, resolve));
  if (error) throw new ExecError('REXEC_ABORTED', 'the output was closed', { cause: error });
}

function replyError(cause: unknown): ExecError {
  if (cause instanceof CodecError && cause.code === 'REXEC_STATUS_INVALID') {
    return new ExecError('REXEC_PROTOCOL', cause.message, { cause });
  }
  const truncated =
    cause instanceof CodecError ? 'the connection ended before the daemon answered' : reason(cause);
  return new ExecError('REXEC_LOST', truncated, { cause });
}

/** One line for a system error; several addresses that failed are told together. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join('; ');
  if (error instanceof Error && error.name === 'AbortError') return 'no answer in time';
  return error instanceof Error ? error.message : String(error);
}
