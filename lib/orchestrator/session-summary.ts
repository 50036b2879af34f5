import { randomUUID } from 'node:crypto';

export type SessionState = 'receiving' | 'verifying' | 'running' | 'closing' | 'closed';

/** A session as an administrator sees it. */
export interface SessionSummary {
  readonly id: string;
  readonly state: SessionState;
  /** Address and port. */
  readonly peer: string;
  readonly address: string;
  /** When it was accepted, in milliseconds since the epoch. */
  readonly since: number;
  /** It came by TLS. */
  readonly secure: boolean;
  /** What stderr and signals take: nothing of their own, a connection to a port of the peer, or a stream over TLS. */
  readonly channel: 'none' | 'port' | 'multiplexed';
  /** That port; null if there is none. */
  readonly stderrPort: number | null;
  /** What the peer called itself; empty until it did. */
  readonly user: string;
  /** Whom the command runs as; null until the login was accepted. */
  readonly localUser: string | null;
  readonly command: string | null;
  readonly pid: number | null;
  /** The process that carries it, once its command is being started; null if it is this one. */
  readonly hostPid: number | null;
  readonly seconds: number; // since it was accepted
  /** Bytes from and to the peer; null if they cannot be asked for now. */
  readonly received: number | null;
  readonly sent: number | null;
}

/** Twelve hexadecimal digits, as likely to be another session's as one in 281 trillion. */
export const newSessionId = (): string => randomUUID().slice(-12);
