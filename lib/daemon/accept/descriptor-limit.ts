import type { Socket } from 'node:net';
import { descriptorOf, openFileLimit } from '../../base/index.ts';
import { SessionError } from '../../connection/index.ts';

/** Descriptors that are kept for the sessions inside: the start of a command takes up to seven, for a moment. */
const KEPT = 64;

/**
 * How many descriptors are left. A new one is the lowest that is free, so a connection tells by its own, and a peer for
 * whom there is none can still be answered: Node closes such a connection without a word to the peer or to us.
 */
export class DescriptorLimit {
  readonly #limit = openFileLimit();
  readonly #kept = Math.min(KEPT, Math.floor(this.#limit / 4));

  /**
   * What a new connection finds: `enough`; `few`, so that it must go; or `none`, so that it must go at once, without time
   * to take the answer. Always enough where the limit is not known (no /proc).
   */
  for(connection: Socket): 'enough' | 'few' | 'none' {
    const left = this.#limit - (descriptorOf(connection) ?? 0);
    if (left > this.#kept) return 'enough';
    return left > this.#kept / 2 ? 'few' : 'none';
  }
}

/** Why a peer is refused that finds less than enough. */
export const noDescriptors = () => new SessionError('REXEC_BUSY', 'file descriptors are running out');
