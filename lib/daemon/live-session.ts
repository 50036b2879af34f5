import type { SessionSummary } from '../orchestrator/index.ts';

/** A session, wherever it runs: in this process or in a worker. */
export interface LiveSession {
  readonly id: string;
  /** Undefined for a session that has ended. */
  readonly summary: SessionSummary | Promise<SessionSummary | undefined>;
  /** Serves the peer. Resolves when everything about it has ended; never rejects. */
  run(): Promise<void>;
  /** The daemon is stopping: a peer without a command is refused, a running command continues. */
  stop(): void;
  /** Ends the session; resolves when it has ended. */
  hangUp(): Promise<void>;
}
