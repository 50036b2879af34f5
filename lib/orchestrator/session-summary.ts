import { randomUUID } from 'node:crypto';

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
  /** Bytes from and to the peer; null if they cannot be asked for now. */
  readonly received: number | null;
  readonly sent: number | null;
}

/** Twelve hexadecimal digits, as likely to be another session's as one in 281 trillion. */
export const newSessionId = (): string => randomUUID().slice(-12);
