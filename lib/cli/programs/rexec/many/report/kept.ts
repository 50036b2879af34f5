import type { Readable } from 'node:stream';
import { GrowingBuffer, type RemoteCommand } from '../../../../../client/index.ts';
import { unlessFailed } from '../../failures.ts';
import type { Target } from '../../hosts/target.ts';

/** One output as far as it is kept. */
class Kept {
  readonly #bytes = new GrowingBuffer();
  dropped = 0;

  async read(source: Readable, limit: number): Promise<void> {
    for await (const chunk of source) {
      const room = limit - this.#bytes.length;
      this.#bytes.add(chunk.subarray(0, room));
      this.dropped += Math.max(0, chunk.length - room);
    }
  }

  get bytes(): Buffer {
    return this.#bytes.bytes;
  }
}

export interface Pair {
  readonly stdout: Kept;
  readonly stderr: Kept;
}

/** Keeps the outputs of a host until it is done. */
export class Keeper {
  readonly #limit: number;
  readonly #kept = new Map<Target, Pair>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  async read(target: Target, remote: RemoteCommand): Promise<void> {
    const pair = { stdout: new Kept(), stderr: new Kept() };
    this.#kept.set(target, pair);
    const { stdout, stderr } = remote;
    await Promise.all([
      pair.stdout.read(stdout, this.#limit).catch(unlessFailed),
      stderr && pair.stderr.read(stderr, this.#limit).catch(unlessFailed),
    ]);
  }

  take(target: Target): Pair {
    const pair = this.#kept.get(target) ?? { stdout: new Kept(), stderr: new Kept() };
    this.#kept.delete(target);
    return pair;
  }
}
