import { codeOf } from '../../base/index.ts';
import { Findings, type OnFinding } from '../campaign/findings.ts';
import type { Progress, Report, Stopped } from '../campaign/report.ts';
import { shrink } from '../campaign/shrink.ts';
import { stoppedBy } from '../campaign/stopped.ts';
import type { Violation } from '../oracles/sight.ts';
import { assertFor } from '../script/actor-words.ts';
import { type Script, send } from '../script/script.ts';
import { checkDecoded, checkEncoded, tell } from './checks.ts';
import { Coverage } from './coverage.ts';
import { DECODERS, type Decoded, type Decoders, decodeAll, KINDS, type Kind } from './decoding.ts';
import { encodeAll } from './encoding.ts';
import { cutAt, type Input, InputSource } from './inputs.ts';
import { checkWanted } from './wanted.ts';

export interface CodecFuzzOptions {
  readonly seed?: number;
  /** Inputs to decode, each of them twice; 100,000 otherwise. */
  readonly cases?: number;
  /** Time after which no new batch begins, in seconds. */
  readonly seconds?: number;
  /** Other decoders than the codec's own. */
  readonly decoders?: Partial<Decoders>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onFinding?: OnFinding;
}

const BATCH = 256;
const MOST_UNSEEN = 64 * BATCH; // inputs
const LOOKING_SHARE = 0.15; // of the time
const SHRINK = { tries: 2000, ms: 10_000 } as const;

/** Fuzzes the decoders in this process: what runs code, or has a result, that is new is kept and mutated further. */
export async function fuzzCodec(options: CodecFuzzOptions = {}): Promise<Report> {
  const campaign = new CodecCampaign(options);
  try {
    return await campaign.run();
  } finally {
    campaign.coverage.stop();
  }
}

class CodecCampaign {
  readonly coverage = new Coverage(); // before anything of the codec is compiled
  readonly #options: CodecFuzzOptions;
  readonly #decoders: Decoders;
  readonly #seed: number;
  readonly #source: InputSource;
  readonly #features = new Set<string>();
  readonly #findings: Findings;
  readonly #startedAt = performance.now();
  #cases = 0;
  #unseen: Input[] = []; // decoded since the last look

  constructor(options: CodecFuzzOptions) {
    const { seed = Math.floor(Math.random() * 2 ** 31), decoders } = options;
    this.#options = options;
    this.#seed = seed;
    this.#findings = new Findings((finding) => options.onFinding?.(finding, seed));
    this.#decoders = { ...DECODERS, ...decoders };
    this.#source = new InputSource(seed);
  }

  async run(): Promise<Report> {
    let stopped = this.#stopped();
    for (; !stopped; stopped = this.#stopped()) await this.#batch();
    for (const finding of this.#findings.all)
      this.#findings.change(finding, { script: await this.#shrunk(finding, finding.script!) });
    return {
      target: 'codec',
      seed: this.#seed,
      cases: this.#cases,
      seconds: (performance.now() - this.#startedAt) / 1000,
      stopped,
      corpus: this.#source.size,
      features: this.#features.size,
      probes: 0,
      coverage: { covered: this.coverage.covered, total: this.coverage.total },
      undecided: [],
      findings: this.#findings.all,
    };
  }

  async #batch(): Promise<void> {
    const left = (this.#options.cases ?? 100_000) - this.#cases;
    const inputs = Array.from({ length: Math.min(BATCH, left) }, () => this.#source.next());
    const decoded = await this.#decode(inputs);
    const encoded = await encodeAll(inputs.map(({ kind }, index) => [kind, decoded[2 * index]!]));
    for (const [index, input] of inputs.entries()) {
      this.#cases += 1;
      const [whole, cut] = [decoded[2 * index]!, decoded[2 * index + 1]!];
      const violation =
        checkDecoded(input.kind, input.bytes, whole, cut) ??
        checkEncoded(input.kind, input.bytes, encoded[index]) ??
        checkWanted(input.kind, input.bytes, this.#decoders[input.kind]);
      if (violation) this.#findings.add(violation, scriptOf(input), this.#cases, true);
      if (this.#isNew(input.kind, whole)) this.#source.keep(input);
    }
    await this.#lookAtCoverage(inputs);
    const { size: features } = this.#features;
    this.#options.onProgress?.({ cases: this.#cases, findings: this.#findings.certain, features });
  }

  #decode(inputs: readonly Input[]): Promise<Decoded[]> {
    return decodeAll(
      inputs.flatMap(({ kind, bytes, cuts }) => [
        [this.#decoders[kind](), [bytes]],
        [this.#decoders[kind](), cutAt(bytes, cuts)],
      ]),
    );
  }

  async #lookAtCoverage(inputs: readonly Input[]): Promise<void> {
    this.#unseen.push(...inputs);
    if (this.#unseen.length > MOST_UNSEEN) this.#unseen.splice(0, inputs.length);
    if (!this.#mayLook()) return;
    const isFirst = this.coverage.covered === 0;
    const fresh = this.coverage.fresh();
    if (isFirst)
      this.coverage.add(fresh); // of what there was at first, all is kept for its results
    else if (fresh.length > 0) await this.#attribute(this.#unseen);
    this.#unseen = [];
  }

  /** To look takes milliseconds each time. */
  #mayLook(): boolean {
    return this.coverage.spentMs <= LOOKING_SHARE * (performance.now() - this.#startedAt);
  }

  /** Which inputs run code that none ran before: halves, until it is one. */
  async #attribute(inputs: readonly Input[]): Promise<void> {
    await this.#decode(inputs);
    const fresh = this.coverage.fresh();
    if (fresh.length === 0 || !this.#mayLook()) return;
    if (inputs.length > 1) {
      const middle = inputs.length >> 1;
      await this.#attribute(inputs.slice(0, middle));
      await this.#attribute(inputs.slice(middle));
      return;
    }
    for (const input of inputs) this.#source.keep(input);
    this.coverage.add(fresh);
  }

  /** A result of a kind that there was not yet: frames, their sizes to a power of two, how it ended. */
  #isNew(kind: Kind, { frames, error }: Decoded): boolean {
    const sizes = frames.map((frame) => `${frame.type}${Math.clz32(tell({ frames: [frame] }).length)}`);
    const feature = [kind, ...sizes, error && `${codeOf(error)} ${error.name}`].join(' ');
    if (this.#features.has(feature)) return false;
    this.#features.add(feature);
    return true;
  }

  #shrunk({ oracle, cause }: Violation, script: Script): Promise<Script> {
    const stillFails = async (smaller: Script): Promise<boolean> =>
      (await checkCodec(smaller, this.#decoders)).some(
        (each) => each.oracle === oracle && each.cause === cause,
      );
    return shrink(script, stillFails, { ...SHRINK, signal: this.#options.signal });
  }

  #stopped(): Stopped | undefined {
    const { cases = 100_000, seconds, signal } = this.#options;
    return stoppedBy({ cases, seconds, signal }, { cases: this.#cases, startedAt: this.#startedAt });
  }
}

/** The pieces that the decoder got, one `send` each. */
const scriptOf = ({ bytes, cuts }: Input): Script => ({
  steps: cutAt(bytes, cuts).map((piece) => send(piece)),
});

/**
 * Decodes what a script sends, whole and in the pieces of its steps, with each decoder.
 *
 * @throws FuzzError `FUZZ_SCRIPT_INVALID` for a script that is for the monitor
 */
export async function checkCodec(script: Script, decoders: Decoders = DECODERS): Promise<Violation[]> {
  assertFor('a server or the codec', script);
  const pieces = script.steps.flatMap((step) =>
    step.do === 'send' ? [Buffer.concat(step.parts.filter((part) => Buffer.isBuffer(part)))] : [],
  );
  const bytes = Buffer.concat(pieces);
  const decoded = await decodeAll(
    KINDS.flatMap((kind) => [
      [decoders[kind](), [bytes]],
      [decoders[kind](), pieces],
    ]),
  );
  const encoded = await encodeAll(KINDS.map((kind, index) => [kind, decoded[2 * index]!]));
  const found = KINDS.map(
    (kind, index) =>
      checkDecoded(kind, bytes, decoded[2 * index]!, decoded[2 * index + 1]!) ??
      checkEncoded(kind, bytes, encoded[index]) ??
      checkWanted(kind, bytes, decoders[kind]),
  );
  return found.filter((violation) => violation !== undefined);
}
