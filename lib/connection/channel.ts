import type { Duplex, Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
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

/**
 * {@link Channel.relay} to a stream that lives as long as `carrier`. Not pipeline(), which would destroy stderr with the
 * channel, and so kill the command by SIGPIPE.
 */
export async function relayStderr(
  stderr: Readable,
  to: Writable,
  carrier: Duplex,
  shellEnded: Promise<unknown>,
): Promise<void> {
  const closed = carrier.destroyed ? undefined : new Promise((resolve) => carrier.once('close', resolve));
  if (carrier.destroyed) stderr.resume();
  else stderr.pipe(to, { end: false });
  carrier.once('close', () => stderr.resume());
  Promise.allSettled([closed, shellEnded])
    .then(() => stderr.destroy())
    .catch(() => {});
  await finished(stderr, { writable: false }).catch(() => {}); // it may be a socket, whose other side stays open
}
