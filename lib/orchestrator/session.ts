import { randomUUID } from 'node:crypto';
import { RequestDecoder } from '../../codec/index.ts';
import { LaunchError } from '../launch/index.ts';
import { addressAndPort } from '../login/index.ts';
import type { Connection, Secured } from './connection.ts';
import { SessionError } from './errors.ts';
import type { Execution } from './execution.ts';
import { runInbound } from './inbound.ts';
import { lingeringClose, within } from './linger.ts';
import type { SessionOptions } from './options.ts';
import { PeerReader } from './peer-reader.ts';
import { refusalFor, refuse } from './refusal.ts';
import { endGrant, reportFailure } from './report.ts';
import { Request } from './request.ts';
import { type ReachedLimit, watchLimits } from './session-limits.ts';
import { steps } from './steps.ts';

export type SessionState = 'receiving' | 'verifying' | 'running' | 'closing' | 'closed';

/** A session as an administrator sees it. */
export interface SessionSummary {
  readonly id: string;
  readonly state: SessionState;
  readonly peer: string;
  /** What the peer called itself; empty until it did. */
  readonly user: string;
  readonly command: string | null;
  readonly pid: number | null;
  readonly seconds: number; // since it was accepted
  /** Bytes from and to the peer; null once the connection is the command's own. */
  readonly received: number | null;
  readonly sent: number | null;
}

/** Twelve hexadecimal digits, as likely to be another session's as one in 281 billions. */
export const newSessionId = (): string => randomUUID().slice(-12);

/** One connection from accept to close. It owns every teardown: steps throw, and close nothing. */
export class Session {
  readonly id: string;
  readonly #options: SessionOptions;
  readonly #connection: Connection;
  readonly #reader: PeerReader;
  readonly #decoder: RequestDecoder;
  readonly #request: Request;
  readonly #gone = new AbortController(); // the peer's connection is closed
  readonly #over = Promise.withResolvers<void>();
  readonly #acceptedAt = performance.now();
  #deadline: NodeJS.Timeout | undefined;
  #endWatch: () => void = () => {};
  #state: SessionState = 'receiving';
  #startedAt = 0;
  #stopping = false;
  #hungUp = false;

  /**
   * @param connection accepted with `allowHalfOpen` and `noDelay`, not read yet, its addresses known
   * @param secured about a connection that is no plain socket
   */
  constructor(
    connection: Connection,
    options: SessionOptions,
    id: string = newSessionId(),
    secured?: Secured,
  ) {
    const { remoteAddress = '', remotePort = 0 } = connection;
    this.id = id;
    this.#options = options;
    this.#connection = connection;
    connection.on('error', () => {}); // for its whole life; the reader and the pipelines see what broke
    connection.once('close', () => this.#gone.abort(GONE));
    this.#reader = new PeerReader(connection);
    const { charset, lowestStderrPort } = options;
    this.#decoder = new RequestDecoder({ charset, lowestStderrPort, ownsInput: true });
    this.#request = new Request({
      session: this.id,
      peer: addressAndPort(remoteAddress, remotePort),
      connection,
      secured,
      reader: this.#reader,
      decoder: this.#decoder,
      options,
      gone: this.#gone.signal,
      onComplete: () => this.#verify(),
      mayStart: () => {
        if (this.#stopping) throw stopping();
      },
      onRunning: (execution) => this.#running(execution),
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  get summary(): SessionSummary {
    const { who, command = null, execution } = this.#request;
    const { bytesRead, bytesWritten } = this.#connection;
    const counted = execution?.plan !== 'handOver';
    return {
      id: this.id,
      state: this.state,
      peer: who.peer,
      user: who.user,
      command,
      pid: execution?.pid ?? null,
      seconds: Math.round((performance.now() - this.#acceptedAt) / 1000),
      received: counted ? bytesRead : null,
      sent: counted ? bytesWritten : null,
    };
  }

  /** Serves the peer. Resolves when everything about it has ended; never rejects. */
  async run(): Promise<void> {
    const { requestSeconds, events } = this.#options;
    this.#deadline = setTimeout(() => this.#reader.fail(late(requestSeconds)), requestSeconds * 1000);
    try {
      await runInbound(this.#reader, this.#decoder, steps(this.#request));
      await this.#complete();
    } catch (error) {
      await this.#fail(error);
    } finally {
      clearTimeout(this.#deadline);
      this.#endWatch();
      this.#request.end();
      this.#connection.destroy();
      if (this.#request.grant) await endGrant(events, this.#request.who, this.#request.grant);
      this.#state = 'closed';
      this.#over.resolve();
    }
  }

  /** The daemon is stopping: a peer without a command is refused, a running command continues. */
  stop(): void {
    this.#stopping = true;
    if (this.#state === 'receiving') this.#reader.fail(stopping());
  }

  /** Ends the session: the command by SIGHUP, later SIGKILL; the connection, once the peer had time to read. */
  async hangUp(): Promise<void> {
    const { killSeconds, drainSeconds } = this.#options;
    this.#hungUp = true;
    await this.#request.execution?.terminate(killSeconds);
    await within(drainSeconds, this.#over.promise);
    this.#connection.destroy();
    this.#request.channel?.destroy();
  }

  /** The request is complete: its deadline no longer applies, what follows takes its time. */
  #verify(): void {
    clearTimeout(this.#deadline);
    this.#state = 'verifying';
  }

  async #running(execution: Execution): Promise<void> {
    this.#state = 'running';
    this.#startedAt = performance.now();
    const bytes = () => this.#bytes;
    this.#endWatch = watchLimits(this.#options, bytes, (reached) => this.#exceeded(reached));
    if (this.#hungUp) await execution.terminate(this.#options.killSeconds);
  }

  /** Bytes that have passed, either way, on both connections. */
  get #bytes(): number {
    const { bytesRead, bytesWritten } = this.#connection;
    return bytesRead + bytesWritten + (this.#request.channel?.bytes ?? 0);
  }

  #exceeded(reached: ReachedLimit): void {
    this.#options.events.emit('limitReached', { ...this.#request.who, ...reached });
    const { events } = this.#options;
    this.hangUp().catch((error) => reportFailure(events, { ...this.#request.who, silent: false }, error));
  }

  /** The peer's side is read to its end, or was handed over, or the command has ended. */
  async #complete(): Promise<void> {
    const { channel } = this.#request;
    const execution = this.#request.execution!; // the decoder fails when the stream ends before there is a command
    execution.endStdin();
    const status = await execution.finished;
    this.#state = 'closing';
    this.#options.events.emit('commandEnded', {
      session: this.id,
      pid: execution.pid,
      status: status.type === 'exited' ? status.code : status.signal,
      ms: Math.round(performance.now() - this.#startedAt),
    });
    const { drainSeconds } = this.#options;
    await Promise.all([
      lingeringClose(this.#connection, drainSeconds),
      channel?.finish(status, drainSeconds),
    ]);
  }

  /** One way out of every failure: an event with the cause, a line for the peer if it can read one. */
  async #fail(error: unknown): Promise<void> {
    const { events, killSeconds, drainSeconds } = this.#options;
    const { who, channel, execution } = this.#request;
    this.#state = 'closing';
    this.#reader.finish();
    const silent = this.#connection.bytesRead === 0;
    reportFailure(events, { ...who, silent }, error);
    await execution?.terminate(killSeconds);
    const text = execution ? null : refusalFor(error, silent);
    const status = error instanceof LaunchError ? NOT_STARTED : undefined;
    const finished = channel && within(drainSeconds, channel.finish(status, drainSeconds));
    await Promise.all([refuse(this.#connection, text, drainSeconds), finished]);
    channel?.destroy(); // a peer that left could hold the session by a channel it does not read
  }
}

/** As shells report a command they cannot start; only a client that was answered the NUL before reads it. */
const NOT_STARTED = { type: 'exited', code: 126 } as const;

const GONE = 'the connection is closed'; // without a reason an error would be made for each session

const late = (seconds: number) =>
  new SessionError('REXEC_REQUEST_TIMEOUT', `request not complete within ${seconds} s`);

const stopping = () => new SessionError('REXEC_STOPPING', 'the daemon is stopping');
