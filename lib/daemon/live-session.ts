import type { SessionSummary } from '../orchestrator/index.ts';

/** A session, wherever it runs: in this process or in a worker. */
export interface LiveSession {
  readonly id: string;
  /** Undefined for a session that is over. */
  readonly summary: SessionSummary | Promise<SessionSummary | undefined>;
  /** Serves the peer. Resolves when everything about it is over; never rejects. */
  run(): Promise<void>;
  /** The daemon stops: a peer without a command is refused, a running command goes on. */
  stop(): void;
  /** Ends the session; resolves when it is over. */
  hangUp(): Promise<void>;
}
