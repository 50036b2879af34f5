import { Findings, type OnFinding } from '../campaign/findings.ts';
import type { Progress, Report, Stopped } from '../campaign/report.ts';
import { shrink } from '../campaign/shrink.ts';
import { stoppedBy } from '../campaign/stopped.ts';
import { Pool } from '../corpus/pool.ts';
import { CaseSource } from '../generate/case-source.ts';
import type { Violation } from '../oracles/sight.ts';
import { Arena } from '../play/arena.ts';
import type { Script } from '../script/script.ts';
import { type PlayOptions, playOptions } from '../settings.ts';
import type { Target } from '../targets/target.ts';
import { type Difference, type Explanation, explains } from './explanations.ts';
import { ASPECTS, outcomesOf } from './outcome.ts';

export interface CompareOptions extends Partial<PlayOptions> {
  readonly seed?: number;
  /** Scripts to play against both; 500 otherwise. */
  readonly cases?: number;
  readonly seconds?: number;
  readonly parallel?: number;
  /** Differences that are known and meant. */
  readonly explained?: readonly Explanation[];
  readonly shrinkSeconds?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onFinding?: OnFinding;
}

/** What a comparison adds to a report. */
export interface Comparison extends Report {
  /** How often each explanation was needed, those never needed too. */
  readonly explained: readonly { readonly because: string; readonly count: number }[];
}

const TRIES = 200;
const TRIALS = 2; // a difference counts when it shows itself again

/**
 * Plays the same scripts against two servers and reports every difference that no explanation covers.
 *
 * @throws FuzzError `FUZZ_TARGET_FAILED` when one of them does not work before the first case
 */
export async function compare(one: Target, other: Target, options: CompareOptions = {}): Promise<Comparison> {
  return new Comparing(one, other, options).run();
}

class Comparing {
  readonly #options: CompareOptions;
  readonly #arenas: readonly [Arena, Arena];
  readonly #pool: Pool;
  readonly #source: CaseSource;
  readonly #seed: number;
  readonly #findings: Findings;
  readonly #used = new Map<Explanation, number>();
  readonly #startedAt = performance.now();
  #cases = 0;
  #limited = false;

  constructor(one: Target, other: Target, options: CompareOptions) {
    const { seed = Math.floor(Math.random() * 2 ** 31), ...others } = options;
    const play = playOptions(others);
    this.#options = others;
    this.#seed = seed;
    this.#findings = new Findings((finding) => others.onFinding?.(finding, seed));
    this.#arenas = [new Arena(one, play), new Arena(other, play)];
    this.#pool = new Pool(play.rules);
    this.#source = new CaseSource(play.rules, this.#pool, seed);
  }

  async run(): Promise<Comparison> {
    for (const arena of this.#arenas) await arena.assertWorks();
    const worker = async (): Promise<void> => {
      while (!this.#stopped()) await this.#case();
    };
    await Promise.all(Array.from({ length: this.#options.parallel ?? 16 }, worker));
    const stopped = this.#stopped() ?? 'cases';
    if (stopped !== 'interrupted') await this.#shrinkAll();
    const { explained = [] } = this.#options;
    return {
      target: this.#arenas.map(({ target }) => target.name).join(' and '),
      seed: this.#seed,
      cases: this.#cases,
      seconds: (performance.now() - this.#startedAt) / 1000,
      stopped,
      corpus: this.#pool.scripts.length,
      features: this.#pool.features,
      probes: 0,
      undecided: [],
      findings: this.#findings.all,
      explained: explained.map((each) => ({ because: each.because, count: this.#used.get(each) ?? 0 })),
    };
  }

  async #case(): Promise<void> {
    this.#cases += 1;
    const script = this.#source.next();
    for (const difference of await this.#differences(script)) {
      const explanation = this.#options.explained?.find((each) => explains(each, difference));
      if (explanation) this.#used.set(explanation, (this.#used.get(explanation) ?? 0) + 1);
      else await this.#consider(violationOf(difference), script);
    }
    const { features } = this.#pool;
    this.#options.onProgress?.({ cases: this.#cases, findings: this.#findings.certain, features });
  }

  async #consider(violation: Violation, script: Script): Promise<void> {
    const isCertain = this.#findings.isCertain(violation);
    if (!isCertain) for (const arena of this.#arenas) this.#limited ||= await arena.isLimited();
    if (this.#limited) return;
    const seen = this.#findings.add(violation, script, this.#cases);
    if (!isCertain && seen <= TRIALS && (await this.#shows(violation, script)))
      this.#findings.confirm(violation);
  }

  /** The first aspect in which they differ, for each peer; what differs after it follows from it. */
  async #differences(script: Script, arenas: readonly Arena[] = this.#arenas): Promise<Difference[]> {
    const [one, other] = await Promise.all(arenas.map((arena) => arena.play(script)));
    const { rules } = this.#arenas[0].options;
    this.#pool.offer(script, one!);
    const theirs = outcomesOf(other!, rules);
    return outcomesOf(one!, rules).flatMap(({ request, outcome }, index) => {
      const { outcome: their, request: theirRequest } = theirs[index]!;
      const aspect = ASPECTS.find((each) => outcome[each] !== their[each]);
      // What a peer sends may depend on when it is refused.
      if (!aspect || request !== theirRequest) return [];
      return [{ aspect, request, one: outcome[aspect], other: their[aspect] }];
    });
  }

  /** With patience: a busy machine that keeps one of them waiting makes no difference. */
  async #shows({ cause }: Violation, script: Script): Promise<boolean> {
    const patient = this.#arenas.map((arena) => arena.patient);
    return (await this.#differences(script, patient)).some((each) => violationOf(each).cause === cause);
  }

  async #shrinkAll(): Promise<void> {
    const { shrinkSeconds = 10, signal } = this.#options;
    for (const finding of this.#findings.all) {
      if (signal?.aborted) return;
      if (!finding.script || !(await this.#shows(finding, finding.script))) continue;
      this.#findings.confirm(finding);
      const shows = (smaller: Script) => this.#shows(finding, smaller);
      const budget = { tries: TRIES, ms: shrinkSeconds * 1000, signal };
      this.#findings.change(finding, { script: await shrink(finding.script, shows, budget) });
    }
  }

  #stopped(): Stopped | undefined {
    const { cases = 500, seconds, signal } = this.#options;
    return stoppedBy(
      { cases, seconds, signal },
      { cases: this.#cases, startedAt: this.#startedAt },
      this.#limited ? 'limit of inetd' : undefined,
    );
  }
}

const violationOf = ({ aspect, request, one, other }: Difference): Violation => ({
  oracle: 'differs',
  cause: `${aspect} for ${request}: ${one} and ${other}`,
  detail: `the first ${one}, the second ${other}`,
});
