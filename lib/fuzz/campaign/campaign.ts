import { Pool } from '../corpus/pool.ts';
import { CaseSource } from '../generate/case-source.ts';
import { cutVariance } from '../judge/cut-variance.ts';
import { type Footprint, footprintOf, settledFootprint } from '../judge/footprint.ts';
import { grown, leaks } from '../judge/growth.ts';
import { survey } from '../judge/survey.ts';
import type { FuzzOptions } from '../options.ts';
import type { OracleId } from '../oracles/catalogue.ts';
import { judge } from '../oracles/index.ts';
import type { Violation } from '../oracles/sight.ts';
import { Arena } from '../play/arena.ts';
import { type Script, sizeOf } from '../script/script.ts';
import { playOptions } from '../settings.ts';
import type { Target } from '../targets/target.ts';
import { Findings } from './findings.ts';
import { hunt } from './hunt.ts';
import { reduce, showsAgain } from './reduce.ts';
import type { Report, Stopped } from './report.ts';
import { stoppedBy } from './stopped.ts';

const SURVEY_SHARE = 0.25; // of the time
const PROBE_EVERY = 32; // cases
const CUT_ONE_IN = 6;
const MOST_TRIALS = 5; // times that something seen once is tried again

/**
 * Fuzzes a server: surveys it, plays cases against it, and shrinks what was found.
 *
 * @throws FuzzError `FUZZ_TARGET_FAILED` when the target does not work before the first case
 */
export async function fuzz(target: Target, options: FuzzOptions = {}): Promise<Report> {
  return new Campaign(target, options).run();
}

class Campaign {
  readonly #options: FuzzOptions;
  readonly #arena: Arena;
  readonly #pool: Pool;
  readonly #source: CaseSource;
  readonly #findings: Findings;
  readonly #recent: Script[] = []; // the last ones, for when one of them has broken the target
  readonly #seed: number;
  readonly #startedAt = performance.now();
  #cases = 0;
  #probes = 0;
  #broken = false;
  #gone: 'target gone' | 'limit of inetd' | undefined;

  constructor(target: Target, options: FuzzOptions) {
    const { seed = Math.floor(Math.random() * 2 ** 31), ...others } = options;
    this.#options = others;
    this.#seed = seed;
    this.#findings = new Findings((finding) => others.onFinding?.(finding, seed));
    this.#arena = new Arena(target, playOptions(others));
    this.#pool = new Pool(this.#arena.options.rules);
    this.#source = new CaseSource(this.#arena.options.rules, this.#pool, seed);
  }

  async run(): Promise<Report> {
    await this.#arena.assertWorks();
    const undecided = await this.#survey();
    const before = await footprintOf(this.#arena.target.pid);
    while (!this.#stopped()) {
      await this.#round();
      if (this.#broken) await this.#repair();
    }
    const ended = this.#stopped() ?? 'cases';
    const after = before && !this.#gone ? await this.#lookForLeaks(before) : undefined;
    if (ended !== 'interrupted' && !this.#gone) await this.#shrinkAll();
    const stopped = (await this.#arena.isLimited()) ? 'limit of inetd' : ended;
    return {
      target: this.#arena.target.name,
      seed: this.#seed,
      cases: this.#cases,
      seconds: (performance.now() - this.#startedAt) / 1000,
      stopped,
      corpus: this.#pool.scripts.length,
      features: this.#pool.features,
      probes: this.#probes,
      footprint: before && after && { before, after },
      undecided,
      findings: this.#findings.all,
    };
  }

  /** It gets a share of the time, so that most of it is left for cases. */
  async #survey(): Promise<readonly OracleId[]> {
    const { seconds = Number.POSITIVE_INFINITY, signal } = this.#options;
    const endsAt = this.#startedAt + SURVEY_SHARE * seconds * 1000;
    const isLate = (): boolean => performance.now() > endsAt || (signal?.aborted ?? false);
    const { found, undecided } = await survey(this.#arena, this.#wants, isLate);
    for (const { violation, script } of found) this.#add(violation, script, true);
    return undecided;
  }

  /** Runs cases in parallel, until a limit is reached or the target no longer works. */
  async #round(): Promise<void> {
    const worker = async (): Promise<void> => {
      while (!this.#stopped() && !this.#broken) await this.#case();
    };
    await Promise.all(Array.from({ length: this.#options.parallel ?? 16 }, worker));
  }

  async #case(): Promise<void> {
    this.#cases += 1;
    const number = this.#cases;
    const script = this.#source.next();
    const closer = this.#source.chance(CUT_ONE_IN);
    this.#recent.push(script);
    if (this.#recent.length > PROBE_EVERY + 2 * (this.#options.parallel ?? 16)) this.#recent.shift();
    const seen = await this.#arena.play(script);
    const violations = judge(seen, this.#arena.options);
    for (const violation of violations) await this.#consider(violation, script);
    if (this.#broken) return;
    this.#pool.offer(script, seen);
    const varied = closer && violations.length === 0 ? await cutVariance(this.#arena, script) : undefined;
    if (varied) await this.#consider(varied, script);
    if (number % PROBE_EVERY === 0) await this.#probe();
    this.#options.onProgress?.({
      cases: this.#cases,
      findings: this.#findings.certain,
      features: this.#pool.features,
    });
  }

  async #probe(): Promise<void> {
    this.#probes += 1;
    if (await this.#arena.probe()) this.#broken = true;
  }

  /**
   * Something new counts only while the target works: else it is what the true culprit has left behind. It is certain
   * once its script has shown it twice; a busy machine can make anything late once.
   */
  async #consider(violation: Violation, script: Script): Promise<void> {
    if (!this.#wants(violation.oracle)) return;
    const certain = this.#findings.isCertain(violation);
    if (!certain) await this.#probe();
    if (this.#broken) return;
    const seen = this.#findings.add(violation, script, this.#cases);
    if (!certain && seen <= MOST_TRIALS && (await showsAgain(this.#arena.patient, script, violation)))
      this.#findings.confirm(violation);
  }

  /** Finds out which case broke the target, and continues with one that works, if that is possible. */
  async #repair(): Promise<void> {
    if (await this.#arena.isLimited()) {
      this.#gone = 'limit of inetd';
      return;
    }
    const culprit = await hunt(this.#arena, this.#recent);
    if (culprit) this.#add(culprit.violation, culprit.script, culprit.again);
    this.#recent.length = 0;
    this.#broken = false;
    if (await this.#arena.revive()) return;
    this.#gone = 'target gone';
    if (culprit) this.#findings.confirm(culprit.violation);
  }

  async #lookForLeaks(before: Footprint): Promise<Footprint | undefined> {
    const { pid } = this.#arena.target;
    const growth = await grown(this.#arena, before);
    if (growth && this.#wants(growth.oracle)) {
      const culprit = await this.#firstThat((script) => leaks(this.#arena.patient, script));
      if (culprit) this.#add(...culprit, true);
      else this.#add(growth, undefined, true);
    }
    return settledFootprint(pid, before, 0);
  }

  async #firstThat(
    fails: (script: Script) => Promise<Violation | undefined>,
  ): Promise<[Violation, Script] | undefined> {
    const end = performance.now() + this.#shrinkMs;
    for (const script of this.#pool.scripts.toSorted((one, other) => sizeOf(one) - sizeOf(other))) {
      if (performance.now() > end || this.#options.signal?.aborted) break;
      const violation = await fails(script);
      if (violation) return [violation, script];
    }
    return undefined;
  }

  async #shrinkAll(): Promise<void> {
    const { signal } = this.#options;
    for (const finding of this.#findings.all) {
      if (signal?.aborted || !(await this.#arena.revive())) return;
      await reduce(this.#arena, this.#findings, finding, { ms: this.#shrinkMs, signal });
    }
    await this.#arena.revive();
  }

  #add(violation: Violation, script: Script | undefined, again = false): void {
    if (this.#wants(violation.oracle)) this.#findings.add(violation, script, this.#cases, again);
  }

  get #shrinkMs(): number {
    return (this.#options.shrinkSeconds ?? 10) * 1000;
  }

  #wants = (oracle: OracleId): boolean => !this.#options.except?.includes(oracle);

  #stopped(): Stopped | undefined {
    const { cases = 2000, seconds, signal, untilFound } = this.#options;
    const own = this.#gone ?? (untilFound && this.#findings.certain > 0 ? 'found' : undefined);
    return stoppedBy({ cases, seconds, signal }, { cases: this.#cases, startedAt: this.#startedAt }, own);
  }
}
