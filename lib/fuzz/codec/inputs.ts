import {
  encodeAccepted,
  encodeExitStatus,
  encodeMuxFrame,
  encodeRefused,
  encodeRequest,
  type MuxFrame,
} from '../../../codec/index.ts';
import { SEEDS } from '../corpus/index.ts';
import { generateRequests } from '../generate/generators.ts';
import { mutateBytes } from '../generate/mutators.ts';
import { Random } from '../generate/random.ts';
import { partsOf, type Token } from '../script/script.ts';
import { KINDS, type Kind } from './decoding.ts';

/** Bytes for a decoder, and where to cut them. */
export interface Input {
  readonly kind: Kind;
  readonly bytes: Buffer;
  readonly cuts: readonly number[];
}

const BATCH = 64;
const GENERATED_ONE_IN = 16;
const MOST_SEEDS = 4000; // of a kind
const SPELLED: Readonly<Record<Token, string>> = { user: 'ada', password: 's3cret', port: '40000' };

const REQUESTS = SEEDS.map(({ script }) =>
  Buffer.concat(
    partsOf(script, 'a').map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(SPELLED[part]))),
  ),
);
const REPLIES = [
  encodeAccepted(),
  Buffer.from('\0out\n\x01\0'),
  ...['Login incorrect.', '', 'é', 'x'.repeat(1024)].map(encodeRefused),
  Buffer.from(`\x01${'x'.repeat(1030)}`),
  Buffer.from('\x01rexecd: Connexion incorrect\xe9.\n', 'latin1'),
  Buffer.from('SSH-2.0-x\r\n'),
  Buffer.alloc(0),
];
const STATUSES = [
  encodeExitStatus({ type: 'exited', code: 0 }),
  encodeExitStatus({ type: 'exited', code: 255 }),
  encodeExitStatus({ type: 'signaled', signal: 'SIGRTMIN+2' }),
  ...['\0exit 256\n', '\0exit 007\n', '\0exit 7\n\0exit 8\n', '\0signal ', 'oops\n'].map((text) =>
    Buffer.from(text),
  ),
];

const muxed = (...frames: readonly MuxFrame[]): Buffer => Buffer.concat(frames.flatMap(encodeMuxFrame));
const MUX_CLIENTS = [
  muxed(
    { type: 'stderrWindow', bytes: 16_384 },
    { type: 'main', chunk: encodeRequest({ user: 'ada', password: 's3cret', command: 'cat' }) },
    { type: 'main', chunk: Buffer.from('stdin') },
    { type: 'mainWindow', bytes: 2 ** 32 - 1 },
    { type: 'signal', number: 15 },
    { type: 'mainEnd' },
    { type: 'signal', number: 255 },
  ),
  muxed({ type: 'main', chunk: Buffer.alloc(16_384, 'x') }),
];
const MUX_DAEMONS = [
  muxed(
    { type: 'main', chunk: encodeAccepted() },
    { type: 'stderr', chunk: Buffer.from('oops') },
    { type: 'stderr', chunk: Buffer.from('and more') },
    { type: 'mainWindow', bytes: 1 },
    { type: 'exited', code: 255 },
    { type: 'mainEnd' },
  ),
  muxed({ type: 'signaled', signal: 'SIGRTMIN+2' }, { type: 'mainEnd' }),
];

/** Where inputs come from: what is known at first, some requests of the encoder, and mutants of what did something new. */
export class InputSource {
  readonly #random: Random;
  readonly #seed: number;
  readonly #pool: Record<Kind, Buffer[]> = {
    request: [],
    reply: [],
    stderr: [],
    muxClient: [],
    muxDaemon: [],
  };
  readonly #first: [Kind, Buffer][];
  #generated: Buffer[] = [];
  #batches = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new Random(seed);
    const seeds: Readonly<Record<Kind, readonly Buffer[]>> = {
      request: REQUESTS,
      reply: REPLIES,
      stderr: STATUSES,
      muxClient: MUX_CLIENTS,
      muxDaemon: MUX_DAEMONS,
    };
    this.#first = KINDS.flatMap((kind) => seeds[kind].map((bytes): [Kind, Buffer] => [kind, bytes]));
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
