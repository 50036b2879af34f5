import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Ending } from './session.ts';

/** Times of sessions that were answered right, in milliseconds. */
export interface Latency {
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** How often each cause; a daemon cannot make this grow by answering otherwise each time. */
type Causes = Map<string, number>;

const MOST_CAUSES = 32;
const LONGEST_CAUSE = 200;
const OTHERS = 'other causes';

/** Counts endings, with their causes, and keeps times in a histogram: memory does not follow the sessions. */
export class Tally {
  readonly counts: Record<Ending, number> = { right: 0, wrong: 0, refused: 0, lost: 0 };
  readonly #causes: Record<Exclude<Ending, 'right'>, Causes> = {
    wrong: new Map(),
    refused: new Map(),
    lost: new Map(),
  };
  readonly #micros: RecordableHistogram = createHistogram({ figures: 3 });

  #login = Number.POSITIVE_INFINITY;

  /** @param loginMs of a right answer: the part of `ms` until the status byte */
  add(ending: Ending, cause: string, ms: number, loginMs: number): void {
    this.counts[ending] += 1;
    if (ending === 'right') {
      this.#micros.record(Math.max(1, Math.round(ms * 1000)));
      this.#login = Math.min(this.#login, loginMs);
      return;
    }
    const causes = this.#causes[ending];
    const known = cause.slice(0, LONGEST_CAUSE);
    const name = causes.has(known) || causes.size < MOST_CAUSES ? known : OTHERS;
    causes.set(name, (causes.get(name) ?? 0) + 1);
  }

  /** Sessions that ended. */
  get sessions(): number {
    const { right, wrong, refused, lost } = this.counts;
    return right + wrong + refused + lost;
  }

  get causes(): Readonly<Record<Exclude<Ending, 'right'>, Readonly<Record<string, number>>>> {
    const { wrong, refused, lost } = this.#causes;
    return {
      wrong: Object.fromEntries(wrong),
      refused: Object.fromEntries(refused),
      lost: Object.fromEntries(lost),
    };
  }

  /** The least time until a status byte, in milliseconds; null if no session was answered right. */
  get login(): number | null {
    return this.counts.right === 0 ? null : this.#login;
  }

  /** Null where no session was answered right. */
  get latency(): Latency | null {
    if (this.counts.right === 0) return null;
    const { min, max, mean } = this.#micros;
    const [p50, p90, p99] = [this.quantile(0.5), this.quantile(0.9), this.quantile(0.99)] as const;
    return { min: min / 1000, mean: mean / 1000, p50, p90, p99, max: max / 1000 };
  }

  /** The time, in milliseconds, that `share` of the right sessions did not exceed. */
  quantile(share: number): number {
    return this.#micros.percentile(share * 100) / 1000;
  }
}
