import type { Readable } from 'node:stream';
import type { ExitStatus } from '../../codec/index.ts';

/** What a peer has besides its connection: stderr and the exit status out, signals in. Its loss never ends the command. */
export interface Channel {
  /** False where stderr goes with stdout all the same. */
  readonly carriesStderr: boolean;
  /** From now on signals go to `deliver`, those that waited first. */
  onSignal(deliver: (signal: number) => void): void;
  /** Bytes that have passed, either way, besides those of the connection. */
  readonly bytes: number;
  /**
   * Carries stderr to the peer until its end. A channel that breaks swallows the rest, so that the command continues; once
   * its shell has ended, processes it left behind have no reader (SIGPIPE).
   */
  relay(stderr: Readable, shellEnded: Promise<unknown>): Promise<void>;
  /** The last bytes: the exit status, if it is known and wanted; then the end. Never rejects. */
  finish(status: ExitStatus | undefined, drainSeconds: number): Promise<void>;
  destroy(): void;
}
