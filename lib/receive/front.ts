import type { Socket } from 'node:net';
import type { ConnectionEnd, ExitStatus } from '../../codec/index.ts';
import type { Secret } from '../base/index.ts';
import type { Connection, MuxedChannel } from '../connection/index.ts';
import type { ClientCertificate } from '../login/index.ts';

/** What a TLS listener shows its peers, and asks of them. Files are PEM, in latin1. */
export interface TlsTerms {
  readonly cert: string;
  readonly key: string;
  /** Authorities of client certificates; missing: no certificate is asked for. */
  readonly ca?: string | undefined;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** Whether a client without a certificate is refused. */
  readonly needsCertificate: boolean;
}

/** What a visit goes by. Times are in seconds. */
export interface VisitOptions {
  /** From the connection, handshake included, to the end of the command. */
  readonly requestSeconds: number;
  readonly lowestStderrPort: number;
  readonly drainSeconds: number;
}

export interface FrontOptions extends VisitOptions {
  /** Name of the account that reads peers, if the daemon is root. */
  readonly readerAccount: string;
}

/** A request that is complete. */
export interface Received {
  readonly user: Buffer;
  /** The receiver takes it over. */
  readonly secret: Secret;
  readonly command: Buffer;
  /** What a TLS peer showed, verified; null if it has none; undefined in clear text. */
  readonly certificate: ClientCertificate | null | undefined;
}

/** A connection that was given up to the command, with the bytes of it that were read. */
export interface Released {
  readonly connection: Connection;
  readonly early: Buffer;
  /** What a multiplexed connection carries beside its main stream. */
  readonly muxed?: MuxedChannel;
  /** A second connection that comes with it; else the session may have one. */
  readonly stderrSocket?: Socket;
  /** False if that one carries signals only. */
  readonly carriesStderr?: boolean;
  /** To be called with how the command ended, if the reader of the peer is to tell it. */
  readonly ended?: (status: ExitStatus | undefined) => void;
  /** Resolves when the peer's own connection is closed, if that is another one. */
  readonly closed?: Promise<void>;
}

/** Called with a stderr port other than 0; the next field waits for its promise. */
export type OnPort = (port: number, muxed: boolean) => undefined | Promise<void>;

/** A connection, as a session sees it: someone reads it until the login is decided. */
export interface Visit {
  /** Aborted once the connection is closed. */
  readonly gone: AbortSignal;
  /**
   * Receives the request. The next field waits for `onPort`, whose rejection ends the visit.
   *
   * @throws CodecError, TlsHandshakeError, SessionError (`REXEC_REQUEST_TIMEOUT`, `REXEC_PEER_VANISHED`), or what `onPort`
   * or {@link fail} threw
   */
  receive(onPort: OnPort): Promise<Received>;
  /** {@link receive} rejects with `error`. */
  fail(error: Error): void;
  /** Whether the peer has not sent a byte. */
  readonly silent: boolean;
  /** The user name, once it was received. */
  readonly user: Buffer;
  /** Bytes from and to the peer so far. */
  bytes(): Promise<{ readonly received: number; readonly sent: number } | undefined>;
  /** Gives the connection to the command. Undefined if it is closed. */
  release(): Promise<Released | undefined>;
  /** One line, or none, then half-close, and a bounded time for the peer to leave. Resolves when all is closed. */
  refuse(line: string | null): Promise<void>;
  /** Closes the connection at once. */
  destroy(): void;
}

/** Reads peers, in this process or in another. */
export interface Front {
  /** For connections from now on. Rejects if they cannot be read so; nothing has changed then. */
  set(tls: TlsTerms | undefined, options: FrontOptions): Promise<void>;
  /**
   * Reads the header with which a proxy says whose connection it passes on, and keeps what came with it for the visit.
   *
   * @returns undefined: the connection is the proxy's own
   * @throws CodecError, SessionError (`REXEC_REQUEST_TIMEOUT`, `REXEC_PEER_VANISHED`, `REXEC_BUSY`)
   */
  unwrap(socket: Socket, seconds: number): Promise<ConnectionEnd | undefined>;
  /** Takes a connection over. */
  visit(id: string, socket: Socket, secure: boolean): Visit;
  /** Refuses a connection that gets no session, with a line or none. Resolves when it is closed; never rejects. */
  turnAway(socket: Socket, secure: boolean, line: string | null, drainSeconds: number): Promise<void>;
  /** Resolves when nothing of it is left. */
  end(): Promise<void>;
}
