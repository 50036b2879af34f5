import type { Socket } from 'node:net';
import type { Connection, MuxedChannel } from '../connection/index.ts';
import type { CommandEnd } from '../launch/index.ts';
import type { Grant } from '../login/index.ts';

export type { CommandEnd } from '../launch/index.ts';

/** What a command's run goes by. Times are in seconds. */
export interface RunOptions {
  /** Run the command by a login shell. */
  readonly profile: boolean;
  /** Refuse if the user's home cannot be used, instead of taking the default. */
  readonly requireHome: boolean;
  readonly killSeconds: number;
  readonly drainSeconds: number;
  /** Time without a byte either way; 0: no limit. */
  readonly idleSeconds: number;
}

/** A command that was granted: what to run, as whom, for which connection. */
export interface Job {
  readonly session: string; // its id
  readonly grant: Grant;
  readonly command: Buffer;
  /** The peer's numeric address. */
  readonly address: string;
  readonly options: RunOptions;
  /** Aborted once the connection is closed: a run that has not started need not. */
  readonly gone?: AbortSignal;
  /** Not read further than `early`. */
  readonly connection: Connection;
  /** Bytes of stdin that came with the request. */
  readonly early: Buffer;
  /** The second connection, not read yet. */
  readonly stderrSocket: Socket | undefined;
  /** False if it carries signals only. */
  readonly carriesStderr?: boolean;
  /** What a multiplexed connection carries instead of a second connection. */
  readonly muxed: MuxedChannel | undefined;
}

/** A command that is running. */
export interface Started {
  readonly pid: number;
  readonly directory: string;
  /** Why the command does not run in the user's home, if it does not. */
  readonly homeProblem?: string | undefined;
}

/** What happens in a run, in this order; each at most once, except signals. */
export interface RunEvents {
  started(started: Started): void;
  /** A signal of the peer went to the command. */
  signaled(signal: number): void;
  /** {@link RunOptions.idleSeconds} have passed; the run hangs up by itself. */
  idle(): void;
  /** The command could not be ended; its run is given up. */
  stuck(pid: number): void;
  ended(status: CommandEnd): void;
  /** It was not started, or its connection broke. The peer was answered, if it can be. */
  failed(error: unknown): void;
}

/** A run from outside. */
export interface Run {
  /** Resolves when the connection is closed and nothing more happens; never rejects. */
  readonly over: Promise<void>;
  /** The process that it is in, if that is another one. */
  readonly hostPid?: number | undefined;
  /** Bytes from and to the peer; undefined if they cannot be asked for now. */
  bytes(): Promise<{ readonly received: number; readonly sent: number } | undefined>;
  /** Ends the command: SIGHUP, after `killSeconds` SIGKILL; the connection, once the peer had time to read. */
  hangUp(): void;
  /** The peer is gone, which the run cannot see by itself. */
  peerGone(): void;
}

/** Runs commands, in this process or in another. */
export interface Runner {
  /** The connection is the run's from now on. Rejects if it is not, and the peer is still to be answered. */
  run(job: Job, events: RunEvents): Promise<Run>;
}
