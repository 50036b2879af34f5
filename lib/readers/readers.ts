import type { Socket } from 'node:net';
import type { ConnectionEnd } from '../../codec/index.ts';
import { BackOff, within } from '../base/index.ts';
import { refuseUnread, SessionError } from '../connection/index.ts';
import type { Events } from '../events/index.ts';
import { descriptorLimit } from '../native/index.ts';
import type { Front, FrontOptions, TlsTerms, Visit } from '../receive/index.ts';
import type { SandboxAccount } from '../sandbox/index.ts';
import { ReaderStartError, readerAccount } from './account.ts';
import { errorOf } from './failure.ts';
import { ReaderProcess } from './reader-process.ts';
import type { Order } from './reader-protocol.ts';
import { startReader } from './start-reader.ts';

/** Beyond the time that a program of this package has to start. */
const START_SECONDS = 40;

/** Readers: processes without privilege, which alone read what peers send before they have logged in. */
export class Readers implements Front {
  readonly #events: Events;
  readonly #penalize: (address: string) => void;
  #options: FrontOptions;
  #account: SandboxAccount | undefined; // from set() on
  #terms: Order | undefined;
  #reader: ReaderProcess | undefined;
  readonly #all = new Set<ReaderProcess>();
  /** Who has read the header of a connection, and perhaps more: nobody else may read the rest. */
  readonly #keepers = new WeakMap<Socket, ReaderProcess>();
  readonly #backOff = new BackOff();
  #suspects: ReadonlySet<string> = new Set(); // who was sending when the last one ended
  #ending = false;
  #errands = 0;

  /** @param penalize called with the address of a peer whose reader was taken over, or crashed */
  constructor(options: FrontOptions, events: Events, penalize: (address: string) => void) {
    this.#options = options;
    this.#events = events;
    this.#penalize = penalize;
  }

  async set(tls: TlsTerms | undefined, options: FrontOptions): Promise<void> {
    const { requestSeconds, lowestStderrPort, drainSeconds } = options;
    this.#account = await readerAccount(options.readerAccount);
    this.#options = options;
    this.#terms = {
      say: 'terms',
      options: { requestSeconds, lowestStderrPort, drainSeconds },
      tls: tls && termsOf(tls),
    };
    const reader = this.#current();
    reader.say(this.#terms);
    await within(START_SECONDS, reader.started); // it keeps no process alive by itself
    if (!reader.usable) throw new ReaderStartError(`cannot start a reader: ${reader.cause}`);
  }

  async unwrap(socket: Socket, seconds: number): Promise<ConnectionEnd | undefined> {
    const reader = this.#current();
    // Few may wait, so that a peer that ends readers does not keep connections open.
    if (reader.waits) throw new SessionError('REXEC_BUSY', 'the reader has ended');
    const order = { say: 'unwrap', id: this.#errandId(), seconds } as const;
    const report = await reader.run(order, socket, seconds);
    if (!report) throw new SessionError('REXEC_BUSY', 'the reader has ended, or has no descriptor left');
    if (report.say === 'failed') throw errorOf(report.failure);
    this.#keepers.set(socket, reader);
    return report.source ?? undefined;
  }

  visit(id: string, socket: Socket, secure: boolean): Visit {
    return this.#readerOf(socket).visit(id, socket, secure, this.#options);
  }

  async turnAway(socket: Socket, secure: boolean, line: string | null, drainSeconds: number): Promise<void> {
    const reader = this.#readerOf(socket);
    if (reader.waits) {
      // Few may wait, so that a peer that ends readers does not keep connections open.
      if (!secure) await refuseUnread(socket, line, drainSeconds);
      return void socket.destroy();
    }
    const order = { say: 'turnAway', id: this.#errandId(), secure, line, drainSeconds } as const;
    const seconds = this.#options.requestSeconds + drainSeconds; // it may take a handshake
    const closed = await reader.run(order, socket, seconds);
    if (!closed && !secure) await refuseUnread(socket, line, drainSeconds);
    socket.destroy();
  }

  async end(): Promise<void> {
    this.#ending = true;
    await Promise.all([...this.#all].map((each) => each.end()));
  }

  /** Shorter than the id of a session. */
  #errandId(): string {
    this.#errands += 1;
    return this.#errands.toString(16);
  }

  /** Who keeps the connection, even if it has ended; else the reader of new ones. */
  #readerOf(socket: Socket): ReaderProcess {
    const keeper = this.#keepers.get(socket);
    this.#keepers.delete(socket);
    return keeper ?? this.#current();
  }

  /** The reader of new connections: another one if that has ended. */
  #current(): ReaderProcess {
    if (this.#reader?.usable) return this.#reader;
    const account = this.#account;
    const reader: ReaderProcess = new ReaderProcess({
      start: () => startReader(account),
      descriptors: descriptorLimit(), // as many as this process
      wait: this.#backOff.start(),
      misbehaved: (address, cause) => this.#misbehaved(reader, address, cause),
      ended: (cause, addresses) => this.#ended(reader, cause, addresses),
      turnAway: (socket, line) => this.turnAway(socket, false, line, this.#options.drainSeconds),
    });
    this.#all.add(reader);
    this.#reader = reader;
    if (this.#terms) reader.say(this.#terms);
    return reader;
  }

  #misbehaved({ pid }: ReaderProcess, address: string, cause: string): void {
    this.#events.emit('readerMisbehaved', { pid, address, cause });
    if (address !== '') this.#penalize(address);
  }

  /** Who made it crash is certain only if one peer alone was sending, and likely if it was when another one crashed. */
  #ended(reader: ReaderProcess, cause: string, addresses: readonly string[]): void {
    this.#all.delete(reader);
    if (this.#ending) return;
    this.#backOff.ended();
    this.#events.emit('readerDied', { pid: reader.pid, cause });
    for (const address of addresses)
      if (addresses.length === 1 || this.#suspects.has(address)) this.#penalize(address);
    this.#suspects = new Set(addresses);
  }
}

/** These fields and no others. */
const termsOf = ({ cert, key, ca, minVersion, needsCertificate }: TlsTerms): TlsTerms => ({
  cert,
  key,
  ca,
  minVersion,
  needsCertificate,
});
