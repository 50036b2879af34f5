import type { Endpoint } from '../play/actor.ts';

/** A server that scripts are played against. */
export interface Target extends Endpoint {
  /** What it is called in reports. */
  readonly name: string;
  /** The process that serves, where memory, descriptors and children can be counted. */
  readonly pid?: number | undefined;
  /** False once it is known to be gone. */
  readonly alive: boolean;
  /** Starts it again after it is gone; absent where the harness did not start it. */
  readonly restart?: (() => Promise<void>) | undefined;
  /** Whether the inetd that starts it for each connection is running; absent for a server that listens itself. */
  readonly inetdRuns?: (() => boolean) | undefined;
  /** Ends what the harness started. */
  close(): Promise<void>;
}
