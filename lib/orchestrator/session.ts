import { type ExitStatus, RequestDecoder } from '../../codec/index.ts';
import { within } from '../base/index.ts';
import { addressAndPort, type Grant } from '../login/index.ts';
import type { Connection, Run, RunEvents, Secured, Started } from '../run/index.ts';
import { connectionClosed, refusalFor, refuse, SessionError, stopping } from '../run/index.ts';
import { receive } from './inbound.ts';
import type { SessionOptions } from './options.ts';
import { PeerReader } from './peer-reader.ts';
import { reportFailure } from './report.ts';
import { Request } from './request.ts';
import { newSessionId, type SessionState, type SessionSummary } from './session-summary.ts';
import { steps } from './steps.ts';

/** One connection from accept to close: it is received and verified here, and run by a {@link Runner}. */
export class Session {
  readonly id: string;
  readonly #options: SessionOptions;
  readonly #connection: Connection;
  readonly #secured: Secured | undefined;
  readonly #peer: string;
  readonly #reader: PeerReader;
  readonly #request: Request;
  readonly #gone = new AbortController(); // the peer's connection is closed
  readonly #acceptedAt = performance.now();
  #state: SessionState = 'receiving';
  #run: Run | undefined;
  #started: (Started & { at: number }) | undefined;
  #limit: NodeJS.Timeout | undefined; // of the request, then of the command
  #stopping = false;
  readonly #over = Promise.withResolvers<void>();

  /**
   * @param connection accepted with `allowHalfOpen` and `noDelay`, not read yet, its addresses known
   * @param secured about a connection that is not a plain socket
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
    this.#secured = secured;
    this.#peer = addressAndPort(remoteAddress, remotePort);
    connection.on('error', () => {}); // for its whole life; the reader and the run see what broke
    connection.once('close', () => this.#gone.abort(GONE));
    this.#reader = new PeerReader(connection);
    this.#request = new Request(connection, secured, options, this.#gone.signal);
  }

  get state(): SessionState {
    return this.#state;
  }

  get summary(): Promise<SessionSummary> {
    return this.#summarize();
  }

  async #summarize(): Promise<SessionSummary> {
    const { bytesRead, bytesWritten } = this.#connection;
    const bytes = this.#run ? await this.#run.bytes() : { received: bytesRead, sent: bytesWritten };
    return {
      id: this.id,
      state: this.state,
      peer: this.#peer,
      user: this.#request.user,
      command: this.#started ? this.#request.commandText : null,
      pid: this.#started?.pid ?? null,
      seconds: Math.round((performance.now() - this.#acceptedAt) / 1000),
      received: bytes?.received ?? null,
      sent: bytes?.sent ?? null,
    };
  }

  /** Serves the peer. Resolves when everything about it has ended; never rejects. */
  async run(): Promise<void> {
    try {
      const early = await this.#receive();
      this.#run = await this.#start(await this.#verify(), early);
      await this.#run.over;
    } catch (error) {
      await this.#fail(error);
    } finally {
      clearTimeout(this.#limit);
      await this.#request.end();
      this.#connection.destroy();
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
    this.#stopping = true;
    if (this.#run) this.#run.hangUp();
    else await within(this.#options.drainSeconds, this.#over.promise);
    if (!this.#run) this.#connection.destroy();
    await this.#over.promise;
  }

  /** Phase 1: the fields, within their time. Resolves with the bytes that came after them. */
  async #receive(): Promise<Buffer> {
    const { requestSeconds, lowestStderrPort } = this.#options;
    const late = `request not complete within ${requestSeconds} s (requestSeconds)`;
    this.#limit = setTimeout(
      () => this.#reader.fail(new SessionError('REXEC_REQUEST_TIMEOUT', late)),
      requestSeconds * 1000,
    );
    const decoder = new RequestDecoder({ lowestStderrPort, ownsInput: true });
    const early = await receive(this.#reader, decoder, steps(this.#request));
    clearTimeout(this.#limit);
    return early;
  }

  /** Phase 2: who it is (rexecd(8) step 6). */
  async #verify(): Promise<Grant> {
    this.#state = 'verifying';
    const { login, events } = this.#options;
    const grant = await login.verify(this.#request.credentials, this.#gone.signal);
    events.emit('loginAccepted', { ...this.#who, localUser: grant.identity.user });
    return grant;
  }

  /** Phase 3: from here on the connection is the run's. */
  async #start(grant: Grant, early: Buffer): Promise<Run> {
    const { runner } = this.#options;
    await this.#request.accepted();
    if (this.#stopping) throw stopping();
    if (this.#connection.destroyed) throw connectionClosed();
    const job = {
      session: this.id,
      grant,
      command: this.#request.command ?? Buffer.alloc(0),
      address: this.#connection.remoteAddress ?? '',
      options: this.#options,
      gone: this.#gone.signal,
      connection: this.#connection,
      early,
      stderrSocket: this.#request.stderrSocket,
      muxed: this.#secured?.channel,
    };
    const run = await runner.run(job, this.#runEvents(grant));
    if (this.#stopping) run.hangUp(); // ended while it was being started
    return run;
  }

  /** What the run reports, as events. Its command may be another user's own: nothing of it is trusted to be in order. */
  #runEvents({ identity: { user: localUser, home } }: Grant): RunEvents {
    const { events, sessionSeconds, idleSeconds } = this.#options;
    const { id: session } = this;
    const exceeded = () => {
      events.emit('limitReached', { ...this.#who, limit: 'sessionSeconds', seconds: sessionSeconds });
      this.#run?.hangUp();
    };
    return {
      started: (started) => {
        if (this.#state !== 'verifying') return;
        const { pid, directory, homeProblem: cause } = started;
        this.#state = 'running';
        this.#started = { ...started, at: performance.now() };
        if (cause !== undefined)
          events.emit('homeUnusable', { session, user: localUser, home, directory, cause });
        events.emit('commandStarted', { ...this.#who, localUser, command: this.#request.commandText, pid });
        if (sessionSeconds > 0) this.#limit = setTimeout(() => exceeded(), sessionSeconds * 1000);
      },
      signaled: (signal) => events.emit('signalForwarded', { session, signal }),
      idle: () => events.emit('limitReached', { ...this.#who, limit: 'idleSeconds', seconds: idleSeconds }),
      stuck: (pid) => events.emit('commandStuck', { session, user: localUser, pid }),
      ended: (status) => this.#ended(status),
      failed: (error) => {
        this.#state = 'closing';
        reportFailure(events, { ...this.#who, silent: false }, error);
      },
    };
  }

  #ended(status: ExitStatus): void {
    if (this.#state !== 'running' || !this.#started) return;
    this.#state = 'closing';
    const { pid, at } = this.#started;
    this.#options.events.emit('commandEnded', {
      session: this.id,
      pid,
      status: status.type === 'exited' ? status.code : status.signal,
      ms: Math.round(performance.now() - at),
    });
  }

  /** One way out of every failure before the run: an event with the cause, a line for the peer if it can read one. */
  async #fail(error: unknown): Promise<void> {
    const { events, drainSeconds } = this.#options;
    this.#state = 'closing';
    this.#reader.finish();
    const silent = this.#connection.bytesRead === 0;
    reportFailure(events, { ...this.#who, silent }, error);
    const channel = this.#secured?.channel;
    const finished = channel && within(drainSeconds, channel.finish(undefined, drainSeconds));
    await Promise.all([refuse(this.#connection, refusalFor(error, silent), drainSeconds), finished]);
    channel?.destroy();
  }

  /** What every event of a peer names. */
  get #who(): { session: string; peer: string; user: string } {
    return { session: this.id, peer: this.#peer, user: this.#request.user };
  }
}

const GONE = 'the connection is closed'; // without a reason an error would be made for each session
