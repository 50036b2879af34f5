import { within } from '../base/index.ts';
import { connectionClosed, refusalFor, stopping } from '../connection/index.ts';
import { addressAndPort, type Grant } from '../login/index.ts';
import type { Received, Visit } from '../receive/index.ts';
import type { Run } from '../run/index.ts';
import { nameOf, textOf } from '../text/index.ts';
import { leaveLogin } from './leave-login.ts';
import type { Accepted, SessionOptions } from './options.ts';
import { reportFailure } from './report.ts';
import { RunRecord } from './run-record.ts';
import { newSessionId, type SessionState, type SessionSummary } from './session-summary.ts';
import { StderrPort } from './stderr-port.ts';

/**
 * One connection from accept to close: received by a {@link Visit}, verified here, run by a {@link Runner}. No byte of the
 * peer is read here; what comes of them is its port, and a user name, a password and a command as opaque bytes.
 */
export class Session {
  readonly id: string = newSessionId();
  readonly #options: SessionOptions;
  readonly #secure: boolean;
  readonly #address: string;
  readonly #peer: string;
  readonly #visit: Visit;
  readonly #stderrPort: StderrPort;
  readonly #acceptedAt = performance.now();
  #state: SessionState = 'receiving';
  #command: Buffer = Buffer.alloc(0);
  #run: Run | undefined;
  #record: RunRecord | undefined;
  #stopping = false;
  #isMuxed = false;
  #grant: Grant | undefined;
  readonly #over = Promise.withResolvers<void>();

  constructor({ socket, secure, proxied }: Accepted, options: SessionOptions) {
    const { remoteAddress = '', remotePort = 0, localAddress = '' } = socket;
    this.#options = options;
    this.#secure = secure;
    this.#address = remoteAddress;
    this.#peer = addressAndPort(remoteAddress, remotePort);
    this.#visit = options.front.visit(this.id, socket, secure);
    this.#stderrPort = new StderrPort(
      { address: remoteAddress, localAddress, proxied },
      options,
      this.#visit.gone,
    );
  }

  get state(): SessionState {
    return this.#state === 'verifying' ? (this.#record?.state ?? 'verifying') : this.#state;
  }

  get pid(): number | null {
    return this.#record?.pid ?? null;
  }

  get summary(): Promise<SessionSummary> {
    return this.#summarize();
  }

  /** Its summary without the bytes, which other processes count. */
  get brief(): SessionSummary {
    const record = this.#record;
    const pid = record?.pid ?? null;
    const stderrPort = this.#stderrPort.port;
    const age = performance.now() - this.#acceptedAt;
    return {
      id: this.id,
      state: this.state,
      peer: this.#peer,
      address: this.#address,
      since: Math.round(Date.now() - age),
      secure: this.#secure,
      channel: this.#isMuxed ? 'multiplexed' : stderrPort === 0 ? 'none' : 'port',
      stderrPort: this.#isMuxed || stderrPort === 0 ? null : stderrPort,
      user: this.#user,
      localUser: record?.localUser ?? null,
      command: pid === null ? null : this.#commandText,
      pid,
      hostPid: this.#run?.hostPid ?? null,
      seconds: Math.round(age / 1000),
      received: null,
      sent: null,
    };
  }

  async #summarize(): Promise<SessionSummary> {
    const bytes = await (this.#run ?? this.#visit).bytes();
    return { ...this.brief, received: bytes?.received ?? null, sent: bytes?.sent ?? null };
  }

  /** Serves the peer. Resolves when everything about it has ended; never rejects. */
  async run(): Promise<void> {
    const { session, peer } = this.#who;
    this.#options.events.emit('connectionAccepted', {
      session,
      peer,
      listener: this.#secure ? 'tls' : 'plain',
    });
    try {
      const received = await this.#receive();
      const grant = await this.#verify(received);
      await this.#serve(grant);
    } catch (error) {
      await this.#fail(error);
    } finally {
      this.#record?.close();
      this.#visit.destroy();
      await this.#stderrPort.close();
      await leaveLogin(this.#grant, this.#options.events);
      this.#state = 'closed';
      this.#over.resolve();
    }
  }

  /** The daemon is stopping: a peer without a command is refused, a running command continues. */
  stop(): void {
    this.#stopping = true;
    if (this.#state === 'receiving') this.#visit.fail(stopping());
  }

  /** Ends the session: the command by SIGHUP, later SIGKILL; the connection, once the peer had time to read. */
  async hangUp(): Promise<void> {
    this.#stopping = true;
    if (this.#run) this.#run.hangUp();
    else await within(this.#options.drainSeconds, this.#over.promise);
    if (!this.#run) this.#visit.destroy();
    await this.#over.promise;
  }

  /** Phase 1: the fields, within their time; the second connection before the peer says who it is (steps 1 to 5). */
  async #receive(): Promise<Received> {
    const { stderrChannel, tlsConnectBack } = this.#options;
    const received = await this.#visit.receive((port, muxed) => {
      this.#isMuxed = muxed;
      // SECURITY: what came by TLS does not continue in clear text unless a setting says so.
      this.#stderrPort.set(port, !this.#secure || (tlsConnectBack && !muxed));
      return stderrChannel === 'before-auth' ? this.#stderrPort.connect() : undefined;
    });
    this.#command = received.command;
    return received;
  }

  /** Phase 2: who it is (step 6). */
  async #verify({ user, secret, certificate }: Received): Promise<Grant> {
    this.#state = 'verifying';
    const { login, events, charset, stderrChannel } = this.#options;
    const credentials = {
      user: nameOf(user, charset),
      secret,
      address: this.#address,
      ...(certificate !== undefined && { certificate }),
    };
    const grant = await login.verify(credentials, this.#visit.gone, (checked) =>
      events.emit('loginChecked', { ...this.#who, ...checked }),
    );
    this.#grant = grant;
    events.emit('loginAccepted', { ...this.#who, localUser: grant.identity.user });
    if (stderrChannel === 'after-auth') await this.#stderrPort.connect();
    return grant;
  }

  /** Phase 3: the connection is the run's, to its close (steps 7 and 8). */
  async #serve(grant: Grant): Promise<void> {
    if (this.#stopping) throw stopping();
    const released = await this.#visit.release();
    if (!released) throw connectionClosed();
    const { ended = () => {}, closed, ...connection } = released;
    const { user: localUser, home } = grant.identity;
    const subject = { who: this.#who, localUser, home, command: this.#commandText };
    const record = new RunRecord(subject, this.#options, { ended, exceeded: () => this.#run?.hangUp() });
    this.#record = record;
    const { gone } = this.#visit;
    const job = {
      session: this.id,
      grant,
      command: this.#command,
      address: this.#address,
      options: this.#options,
      gone,
      muxed: undefined,
      stderrSocket: this.#stderrPort.take(),
      ...connection,
    };
    const run = await this.#options.runner.run(job, record);
    this.#run = run;
    const leave = () => run.peerGone();
    if (gone.aborted) leave();
    else gone.addEventListener('abort', leave, { once: true });
    if (this.#stopping) run.hangUp(); // ended while it was being started
    await Promise.all([run.over, closed]);
  }

  /** One way out of every failure before the run: an event with the cause, a line for the peer if it can read one. */
  async #fail(error: unknown): Promise<void> {
    this.#state = 'closing';
    const { silent } = this.#visit;
    reportFailure(this.#options.events, { ...this.#who, silent }, error);
    await this.#visit.refuse(refusalFor(error, silent));
  }

  get #user(): string {
    return textOf(this.#visit.user, this.#options.charset);
  }

  get #commandText(): string {
    return textOf(this.#command, this.#options.charset);
  }

  /** What every event of a peer names. */
  get #who(): { session: string; peer: string; user: string } {
    return { session: this.id, peer: this.#peer, user: this.#user };
  }
}
