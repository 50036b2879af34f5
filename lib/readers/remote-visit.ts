import type { Socket } from 'node:net';
import type { ExitStatus } from '../../codec/index.ts';
import { type Secret, within } from '../base/index.ts';
import { connectionClosed, GONE, refuseUnread, type SessionError } from '../connection/index.ts';
import type { OnPort, Received, Released, Visit, VisitOptions } from '../receive/index.ts';
import { carriedBy } from './carried.ts';
import { errorOf } from './failure.ts';
import type { Reader } from './reader.ts';
import type { Report } from './reader-protocol.ts';
import { type State, VisitRules } from './visit-rules.ts';

/** Time for an answer to a question that an administrator asks. */
const ASK_SECONDS = 1;
/** What a reader may take beyond the time that the settings give it. */
const SPARE_SECONDS = 10;

/** A visit that a reader reads, as root sees it. The connection is kept here and never read. */
export class RemoteVisit implements Visit {
  readonly gone: AbortSignal;
  readonly address: string;
  /** How many the reader may have for it: the connection, and the socket pairs to the host. */
  readonly descriptors: 1 | 3;
  readonly #id: string;
  readonly #socket: Socket;
  readonly #secure: boolean;
  readonly #options: VisitOptions;
  readonly #reader: Reader;
  readonly #rules: VisitRules;
  readonly #gone = new AbortController();
  readonly #received = Promise.withResolvers<Received>();
  readonly #released = Promise.withResolvers<Extract<Report, { say: 'released' }>>();
  readonly #over = Promise.withResolvers<void>();
  #far: readonly Socket[] = []; // of a secure connection, until a run takes them
  #lost: SessionError | undefined; // why the reader no longer has the connection
  #onPort: OnPort = () => undefined;
  #silent = true;
  #user: Buffer = Buffer.alloc(0);
  #asked: PromiseWithResolvers<Extract<Report, { say: 'bytes' }>> | undefined;
  #met: () => void;

  constructor(id: string, socket: Socket, secure: boolean, options: VisitOptions, reader: Reader) {
    this.gone = this.#gone.signal;
    this.address = socket.remoteAddress ?? '';
    this.descriptors = secure ? 3 : 1;
    this.#id = id;
    this.#socket = socket;
    this.#secure = secure;
    this.#options = options;
    this.#reader = reader;
    this.#rules = new VisitRules(secure, options.lowestStderrPort);
    socket.on('error', () => {}); // for its whole life: it is not read here
    for (const { promise } of [this.#received, this.#released]) promise.catch(() => {}); // a session may not wait for it
    this.#met = reader.expect('request and no failure', options.requestSeconds + SPARE_SECONDS);
  }

  get silent(): boolean {
    return this.#silent;
  }

  get user(): Buffer {
    return this.#user;
  }

  get state(): State {
    return this.#rules.state;
  }

  /** Whether its peer still sends its request. */
  get receiving(): boolean {
    return this.state === 'receiving' || this.state === 'connecting';
  }

  async bytes() {
    if (this.state === 'over') return undefined;
    if (!this.#asked) {
      this.#asked = Promise.withResolvers();
      this.#rules.ask();
      this.#reader.say({ say: 'bytes', id: this.#id });
    }
    return within(ASK_SECONDS, this.#asked.promise, () => undefined);
  }

  receive(onPort: OnPort): Promise<Received> {
    this.#onPort = onPort;
    return this.#received.promise;
  }

  fail(error: Error): void {
    this.#received.reject(error);
  }

  async release(): Promise<Released | undefined> {
    if (this.#lost) throw this.#lost;
    if (this.state !== 'verifying' || this.gone.aborted) return undefined;
    this.#enter('releasing');
    this.#reader.say({ say: 'release', id: this.#id });
    const { early, muxed, carriesStderr } = await this.#released.promise;
    if (this.#secure) return this.#carry(muxed, carriesStderr);
    return { connection: this.#socket, early: Buffer.from(early, 'base64') };
  }

  async refuse(line: string | null): Promise<void> {
    for (const socket of this.#far) socket.destroy();
    if (this.state !== 'over') {
      if (this.state !== 'closing') this.#reader.say({ say: 'refuse', id: this.#id, line });
      this.#enter('closing');
      await this.#over.promise;
      if (!this.#lost) return void this.#socket.destroy();
    }
    if (this.#secure || this.#socket.destroyed) this.#socket.destroy();
    else if (this.#lost) await refuseUnread(this.#socket, line, this.#options.drainSeconds);
    else await this.#reader.turnAway(this.#socket, line);
  }

  destroy(): void {
    this.#gone.abort(GONE);
    for (const socket of this.#far) socket.destroy();
    if (this.state === 'over') return void this.#socket.destroy();
    if (this.state !== 'closing') this.#enter('closing');
    this.#reader.say({ say: 'close', id: this.#id });
    for (const { reject } of [this.#received, this.#released]) reject(connectionClosed());
    // Not earlier: the connection may still be on its way to the reader.
    this.#over.promise.then(() => this.#socket.destroy()).catch(() => {}); // it never rejects
  }

  /** Takes over the secret. @returns false if this report breaks the rules */
  hear(report: Report, secret: Secret): boolean {
    const allowed = this.#rules.allows(report, secret);
    if (allowed && report.say === 'request' && this.state === 'receiving') this.#request(report, secret);
    else secret.wipe();
    if (allowed) this.#take(report);
    return allowed;
  }

  /** The reader has ended, or did not get the connection. */
  lost(error: SessionError): void {
    if (this.state === 'over') return;
    this.#lost = error;
    this.#end();
    for (const { reject } of [this.#received, this.#released]) reject(error);
    if (this.#secure) this.#gone.abort(GONE);
  }

  #enter(state: 'verifying' | 'releasing' | 'closing'): void {
    this.#rules.state = state;
    this.#met();
    if (state === 'releasing') this.#met = this.#reader.expect('release of a connection', SPARE_SECONDS);
    if (state === 'closing')
      this.#met = this.#reader.expect('close of a connection', this.#options.drainSeconds + SPARE_SECONDS);
  }

  #take(report: Report): void {
    switch (report.say) {
      case 'port':
        return this.#port(report.port, report.muxed);
      case 'request':
        return;
      case 'failed':
        this.#user = Buffer.from(report.user, 'base64');
        this.#silent = report.silent;
        if (this.state !== 'closing') this.#enter('closing');
        return this.#received.reject(errorOf(report.failure));
      case 'gone':
        this.#gone.abort(GONE);
        if (this.state === 'releasing') this.#released.reject(connectionClosed());
        return;
      case 'released':
        this.#met();
        if (!this.#secure) this.#end();
        return this.#released.resolve(report);
      case 'bytes':
        this.#asked?.resolve(report);
        this.#asked = undefined;
        return;
      case 'over':
        return this.#end();
    }
  }

  #port(port: number, muxed: boolean): void {
    this.#silent = false;
    if (this.state !== 'receiving') return;
    this.#rules.state = 'connecting';
    const proceed = () => {
      if (this.state !== 'connecting') return;
      this.#rules.state = 'receiving';
      this.#reader.say({ say: 'proceed', id: this.#id });
    };
    (async () => this.#onPort(port, muxed))().then(proceed, (error: Error) => this.fail(error));
  }

  #request({ user, command, certificate }: Extract<Report, { say: 'request' }>, secret: Secret): void {
    this.#silent = false;
    this.#user = Buffer.from(user, 'base64');
    this.#enter('verifying');
    const shown = this.#secure ? (certificate ?? null) : undefined;
    const opaque = { user: this.#user, secret, command: Buffer.from(command, 'base64') };
    this.#received.resolve({ ...opaque, certificate: shown });
  }

  #carry(muxed: boolean, carriesStderr: boolean): Released {
    this.#rules.state = 'carrying';
    const { far, ...released } = carriedBy(this.#reader, this.#id, muxed, carriesStderr);
    this.#far = far;
    return {
      ...released,
      ended: (status: ExitStatus | undefined) => {
        if (this.state !== 'over') this.#reader.say({ say: 'ended', id: this.#id, status: status ?? null });
      },
      closed: this.#over.promise,
    };
  }

  #end(): void {
    this.#rules.state = 'over';
    this.#met();
    this.#over.resolve();
    this.#asked?.resolve({ say: 'bytes', id: this.#id, received: 0, sent: 0 });
  }
}
