import { encodeRequest } from '../../../codec/index.ts';
import { generateRequests } from '../generate/generators.ts';
import { mutateBytes } from '../generate/mutators.ts';
import { Random } from '../generate/random.ts';
import { KINDS, type Kind } from './decoding.ts';
import { KNOWN } from './known.ts';
import { generateProxy } from './proxies.ts';

/** Bytes for a decoder, and where to cut them. */
export interface Input {
  readonly kind: Kind;
  readonly bytes: Buffer;
  readonly cuts: readonly number[];
}

const BATCH = 64;
const GENERATED_ONE_IN = 16;
const MUTANT_PROXY_ONE_IN = 4; // most mutants of a header are refused for its first bytes
const MOST_SEEDS = 4000; // of a kind

/** Where inputs come from: what is known at first, generated requests and headers, and mutants of what did something new. */
export class InputSource {
  readonly #random: Random;
  readonly #seed: number;
  readonly #pool: Record<Kind, Buffer[]> = {
    request: [],
    reply: [],
    stderr: [],
    muxClient: [],
    muxDaemon: [],
    proxy: [],
  };
  readonly #first: [Kind, Buffer][];
  #generated: Buffer[] = [];
  #batches = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#first = KINDS.flatMap((kind) => KNOWN[kind].map((bytes): [Kind, Buffer] => [kind, bytes]));
  }

  get size(): number {
    return KINDS.reduce((sum, kind) => sum + this.#pool[kind].length, 0);
  }

  next(): Input {
    const [kind, bytes] = this.#first.shift() ?? this.#fresh();
    return { kind, bytes, cuts: this.#cuts(bytes.length) };
  }

  keep({ kind, bytes }: Input): void {
    if (this.#pool[kind].length < MOST_SEEDS) this.#pool[kind].push(bytes);
  }

  #fresh(): [Kind, Buffer] {
    if (this.#random.chance(GENERATED_ONE_IN)) return ['request', this.#encoded()];
    const kind = this.#random.pick(KINDS);
    const pool = this.#pool[kind];
    if (kind === 'proxy' && !this.#random.chance(MUTANT_PROXY_ONE_IN))
      return [kind, generateProxy(this.#random)];
    return [kind, mutateBytes(this.#parent(pool), this.#random, pool)];
  }

  /** Mostly the shorter of two: a long one takes as long as many short ones. */
  #parent(pool: readonly Buffer[]): Buffer {
    if (pool.length === 0) return Buffer.alloc(0);
    const [one, other] = [this.#random.pick(pool), this.#random.pick(pool)];
    return other.length < one.length && !this.#random.chance(8) ? other : one;
  }

  #encoded(): Buffer {
    if (this.#generated.length === 0) {
      this.#generated = generateRequests(this.#seed * 0x1_0000 + this.#batches, BATCH).map(encodeRequest);
      this.#batches += 1;
    }
    return this.#generated.pop()!;
  }

  /** Some places, or every one for a few short ones. */
  #cuts(length: number): number[] {
    if (length < 2) return [];
    if (length < 64 && this.#random.chance(8))
      return Array.from({ length: length - 1 }, (_, index) => index + 1);
    const places = Array.from({ length: 1 + this.#random.below(4) }, () => this.#random.below(length));
    return places.sort((one, other) => one - other);
  }
}

export function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const edges = [0, ...cuts, bytes.length];
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
}
