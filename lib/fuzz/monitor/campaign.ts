import { Findings, type OnFinding } from '../campaign/findings.ts';
import type { Progress, Report, Stopped } from '../campaign/report.ts';
import { shrink } from '../campaign/shrink.ts';
import { stoppedBy } from '../campaign/stopped.ts';
import { Random } from '../generate/random.ts';
import type { OracleId } from '../oracles/catalogue.ts';
import type { Violation } from '../oracles/sight.ts';
import { assertFor } from '../script/actor-words.ts';
import type { Script } from '../script/script.ts';
import { generateScript } from './generate.ts';
import { playMonitor } from './play.ts';
import { MONITOR, type Monitor } from './processes.ts';

export interface MonitorFuzzOptions {
  readonly seed?: number;
  /** Scripts to play; 2000 otherwise. */
  readonly cases?: number;
  /** Time after which no new case begins, in seconds. */
  readonly seconds?: number;
  /** Misbehaviours that are not looked for. */
  readonly except?: readonly OracleId[];
  /** Another monitor than the daemon's own. */
  readonly monitor?: Partial<Monitor>;
  /** Stop once something was found. */
  readonly untilFound?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onFinding?: OnFinding;
}

const CASES = 2000;
const SHRINK = { tries: 500, ms: 10_000 } as const;

export class MonitorCampaign {
  readonly #options: MonitorFuzzOptions;
  readonly #monitor: Monitor;
  readonly #seed: number;
  readonly #findings: Findings;
  readonly #features = new Set<string>();
  readonly #startedAt = performance.now();
  #cases = 0;

  constructor(options: MonitorFuzzOptions) {
    const { seed = Math.floor(Math.random() * 2 ** 31), monitor } = options;
    this.#options = options;
    this.#seed = seed;
    this.#monitor = { ...MONITOR, ...monitor };
    this.#findings = new Findings((finding) => options.onFinding?.(finding, seed));
  }

  async run(): Promise<Report> {
    const random = new Random(this.#seed);
    let stopped = this.#stopped();
    for (; !stopped; stopped = this.#stopped()) await this.#case(generateScript(random));
    for (const finding of this.#findings.all)
      this.#findings.change(finding, { script: await this.#shrunk(finding, finding.script!) });
    return {
      target: 'monitor',
      seed: this.#seed,
      cases: this.#cases,
      seconds: (performance.now() - this.#startedAt) / 1000,
      stopped,
      corpus: 0,
      features: this.#features.size,
      probes: 0,
      undecided: [],
      findings: this.#findings.all,
    };
  }

  async #case(script: Script): Promise<void> {
    this.#cases += 1;
    const violation = await this.#play(script, (feature) => this.#features.add(feature));
    if (violation && !this.#options.except?.includes(violation.oracle)) await this.#found(violation, script);
    const { size: features } = this.#features;
    this.#options.onProgress?.({ cases: this.#cases, findings: this.#findings.certain, features });
  }

  /** It is certain once it was seen twice. */
  async #found(violation: Violation, script: Script): Promise<void> {
    this.#findings.add(violation, script, this.#cases);
    if (!this.#findings.isCertain(violation) && (await this.#shows(violation, script)))
      this.#findings.confirm(violation);
  }

  #play(script: Script, seen?: (feature: string) => void): Promise<Violation | undefined> {
    return playMonitor(script, this.#monitor, seen);
  }

  async #shows({ oracle, cause }: Violation, script: Script): Promise<boolean> {
    const again = await this.#play(script);
    return again?.oracle === oracle && again.cause === cause;
  }

  #shrunk(violation: Violation, script: Script): Promise<Script> {
    const { signal } = this.#options;
    return shrink(script, (smaller) => this.#shows(violation, smaller), { ...SHRINK, signal });
  }

  #stopped(): Stopped | undefined {
    const { cases = CASES, seconds, signal, untilFound } = this.#options;
    const own = untilFound && this.#findings.certain > 0 ? 'found' : undefined;
    return stoppedBy({ cases, seconds, signal }, { cases: this.#cases, startedAt: this.#startedAt }, own);
  }
}

/** What a script shows, at most one thing. */
export async function check(script: Script, monitor: Partial<Monitor> = {}): Promise<Violation[]> {
  assertFor('the monitor', script);
  const violation = await playMonitor(script, { ...MONITOR, ...monitor });
  return violation ? [violation] : [];
}
