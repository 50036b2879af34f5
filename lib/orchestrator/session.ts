import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { RequestDecoder } from '../../codec/index.ts';
import { LaunchError } from '../launch/index.ts';
import type { Grant } from '../login/index.ts';
import { SessionError } from './errors.ts';
import { Execution } from './execution.ts';
import { canHandOver } from './hand-over.ts';
import { runInbound } from './inbound.ts';
import { lingeringClose, within } from './linger.ts';
import type { SessionOptions } from './options.ts';
import { PeerReader } from './peer-reader.ts';
import { prepare } from './preparation.ts';
import { refusalFor, refuse } from './refusal.ts';
import { endGrant, reportFailure } from './report.ts';
import { StderrChannel } from './stderr-channel.ts';
import { type Steps, steps } from './steps.ts';

export type SessionState = 'receiving' | 'verifying' | 'running' | 'closing' | 'closed';

/** One connection from accept to close. It owns every teardown: steps throw, and close nothing. */
export class Session implements Steps {
  readonly id = randomBytes(6).toString('hex');
  readonly peer: string; // address and port, for the log
  readonly #options: SessionOptions;
  readonly #connection: Socket;
  readonly #address: { readonly remote: string; readonly local: string };
  readonly #reader: PeerReader;
  readonly #decoder: RequestDecoder;
  readonly #gone = new AbortController(); // the peer's connection is closed
  readonly #over = Promise.withResolvers<void>();
  #deadline: NodeJS.Timeout | undefined;
  #state: SessionState = 'receiving';
  #stderrPort = 0;
  #user = '';
  #secret: Buffer = Buffer.alloc(0);
  #startedAt = 0;
  #channel: StderrChannel | undefined;
  #grant: Grant | undefined;
  #execution: Execution | undefined;
  #stopping = false;
  #hungUp = false;

  /** @param connection accepted with `allowHalfOpen` and `noDelay`, not read yet, its addresses known */
  constructor(connection: Socket, options: SessionOptions) {
    const { remoteAddress = '', localAddress = '', remotePort = 0 } = connection;
    this.peer = `${remoteAddress}:${remotePort}`;
    this.#address = { remote: remoteAddress, local: localAddress };
    this.#options = options;
    this.#connection = connection;
    connection.on('error', () => {}); // for its whole life; the reader and the pipelines see what broke
    connection.once('close', () => this.#gone.abort());
    this.#reader = new PeerReader(connection);
    const { charset, lowestStderrPort } = options;
    this.#decoder = new RequestDecoder({ charset, lowestStderrPort, ownsInput: true });
  }

  get state(): SessionState {
    return this.#state;
  }

  /** What every event of a peer names. */
  get #who() {
    return { session: this.id, peer: this.peer, user: this.#user };
  }

  /** Serves the peer. Resolves when everything about it is over; never rejects. */
  async run(): Promise<void> {
    const { requestSeconds } = this.#options;
    const late = new SessionError('REXEC_REQUEST_TIMEOUT', `request not complete within ${requestSeconds} s`);
    this.#deadline = setTimeout(() => this.#reader.fail(late), requestSeconds * 1000);
    try {
      await runInbound(this.#reader, this.#decoder, steps(this));
      await this.#complete();
    } catch (error) {
      await this.#fail(error);
    } finally {
      clearTimeout(this.#deadline);
      this.#secret.fill(0);
      this.#connection.destroy();
      if (this.#grant) await endGrant(this.#options.events, this.#who, this.#grant);
      this.#state = 'closed';
      this.#over.resolve();
    }
  }

  /** The daemon stops: a peer without a command is refused, a running command goes on. */
  stop(): void {
    this.#stopping = true;
    if (this.#state === 'receiving') this.#reader.fail(stopping());
  }

  /** Ends the session: the command by SIGHUP, later SIGKILL; the connection, once the peer had time to read. */
  async hangUp(): Promise<void> {
    const { killSeconds, drainSeconds } = this.#options;
    this.#hungUp = true;
    await this.#execution?.terminate(killSeconds);
    await within(drainSeconds, this.#over.promise);
    this.#connection.destroy();
    this.#channel?.destroy();
  }

  /** Steps 1 and 2: the port, and the second connection to it, before the peer says who it is. */
  openStderrChannel(port: number): undefined | Promise<void> {
    this.#stderrPort = port;
    return this.#options.stderrChannel === 'before-auth' && port !== 0 ? this.#connectBack() : undefined;
  }

  /** Step 3. */
  setUser(name: string): undefined {
    this.#user = name;
  }

  /** Step 4. */
  setPassword(secret: Buffer): undefined {
    this.#secret = secret;
  }

  /** Steps 5 to 8: the command is complete; the user is validated, the NUL answered, the command run. */
  async execute(line: string): Promise<void> {
    const { events, login, stderrChannel } = this.#options;
    clearTimeout(this.#deadline);
    this.#state = 'verifying';
    const credentials = { user: this.#user, secret: this.#secret, address: this.#address.remote };
    const grant = await login.verify(credentials, this.#gone.signal);
    this.#grant = grant;
    events.emit('loginAccepted', { ...this.#who, localUser: grant.identity.user });
    if (stderrChannel === 'after-auth' && this.#stderrPort !== 0) await this.#connectBack();
    if (this.#stopping) throw stopping();
    const execution = await this.#start(grant, line);
    this.#execution = execution;
    if (this.#hungUp) await execution.terminate(this.#options.killSeconds);
    this.#startedAt = performance.now();
    this.#state = 'running';
    events.emit('commandStarted', { ...this.#who, command: line, pid: execution.pid, plan: execution.plan });
    const finish = () => this.#reader.finish();
    execution.finished.then(finish, finish);
    if (execution.plan === 'relay') this.#reader.openStdin();
  }

  /** What follows the command's NUL. */
  feed(chunk: Buffer): undefined | Promise<void> {
    return this.#execution?.feed(chunk);
  }

  async #connectBack(): Promise<void> {
    const { remote: address, local: localAddress } = this.#address;
    const where = {
      address,
      localAddress,
      port: this.#stderrPort,
      seconds: this.#options.connectBackSeconds,
    };
    this.#channel = await StderrChannel.connect(where, this.#gone.signal);
  }

  async #start(grant: Grant, line: string): Promise<Execution> {
    const { events, launcher, stdio } = this.#options;
    const { launch, homeProblem } = await prepare(grant, line, this.#address.remote, this.#options);
    if (homeProblem !== undefined) {
      const { user, home } = grant.identity;
      const { directory } = launch;
      events.emit('homeUnusable', { session: this.id, user, home, directory, cause: homeProblem });
    }
    return Execution.start({
      connection: this.#connection,
      channel: this.#channel,
      launcher,
      launch,
      mayHandOver: () => stdio === 'auto' && !this.#decoder.stdinSeen && canHandOver(this.#connection),
      onHandOver: () => this.#reader.finish(),
      onSignal: (signal) => events.emit('signalForwarded', { session: this.id, signal }),
    });
  }

  /** The peer's side is read to its end, or was handed over, or the command is over. */
  async #complete(): Promise<void> {
    const execution = this.#execution!; // the decoder fails when the stream ends before there is a command
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
      this.#channel?.finish(status, drainSeconds),
    ]);
  }

  /** One way out of every failure: an event with the cause, a line for the peer if it can read one. */
  async #fail(error: unknown): Promise<void> {
    const { drainSeconds } = this.#options;
    this.#state = 'closing';
    this.#reader.finish();
    const silent = this.#connection.bytesRead === 0;
    reportFailure(this.#options.events, { ...this.#who, silent }, error);
    await this.#execution?.terminate(this.#options.killSeconds);
    const text = this.#execution ? null : refusalFor(error, silent);
    await Promise.all([
      refuse(this.#connection, text, drainSeconds),
      this.#channel?.finish(error instanceof LaunchError ? NOT_STARTED : undefined, drainSeconds),
    ]);
  }
}

/** As shells report a command they cannot start; only a client that was answered the NUL before reads it. */
const NOT_STARTED = { type: 'exited', code: 126 } as const;

const stopping = () => new SessionError('REXEC_STOPPING', 'the daemon stops');
