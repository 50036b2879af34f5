/** A number of a metric. */
export interface Sample {
  /** After the metric's name; empty except for parts of a histogram. */
  readonly suffix: '' | '_bucket' | '_sum' | '_count';
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export const sample = (value: number, labels: Sample['labels'] = {}): Sample => ({
  suffix: '',
  labels,
  value,
});

/** Counts by the values of one label, each of which is there from the start: a rate needs the zero before the first one. */
export class Counter<Value extends string> {
  readonly #label: string;
  readonly #counts: Map<Value, number>;

  constructor(label: string, values: readonly Value[]) {
    this.#label = label;
    this.#counts = new Map(values.map((value) => [value, 0]));
  }

  /** A value that it was not made for is not counted, so that no one can make it grow. */
  add(value: Value, by = 1): void {
    const before = this.#counts.get(value);
    if (before !== undefined) this.#counts.set(value, before + by);
  }

  get(value: Value): number {
    return this.#counts.get(value) ?? 0;
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  get samples(): Sample[] {
    return [...this.#counts].map(([value, count]) => sample(count, { [this.#label]: value }));
  }
}

/** Counts how often a quantity was at most each bound. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: Float64Array; // of each bound, not cumulative; the last one is beyond all
  #sum = 0;

  /** @param bounds rising */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** @param times how often it was seen */
  observe(quantity: number, times = 1): void {
    const index = this.#bounds.findIndex((bound) => quantity <= bound);
    const bucket = index < 0 ? this.#bounds.length : index;
    this.#counts[bucket] = this.#counts[bucket]! + times;
    this.#sum += quantity * times;
  }

  get count(): number {
    return this.#counts.reduce((sum, each) => sum + each, 0);
  }

  get samples(): Sample[] {
    let count = 0;
    const buckets = [...this.#bounds, Number.POSITIVE_INFINITY].map((bound, index): Sample => {
      count += this.#counts[index]!;
      return { suffix: '_bucket', labels: { le: numberText(bound) }, value: count };
    });
    return [
      ...buckets,
      { suffix: '_sum', labels: {}, value: this.#sum },
      { suffix: '_count', labels: {}, value: count },
    ];
  }
}

/** Powers of a base from one exponent to another one: the buckets of native histograms, when the text has those. */
export const powers = (base: number, from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => base ** (from + index));

/** As the text format has numbers. */
export const numberText = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? '+Inf' : String(value);
