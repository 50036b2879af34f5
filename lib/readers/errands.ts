import type { Order, Report } from './reader-protocol.ts';

/** What a reader is to do with a connection besides visits: what is expected of it, and the reports that may end it. */
export const ERRANDS = {
  unwrap: { expects: 'PROXY header and no failure', ends: ['unwrapped', 'failed'] },
  turnAway: { expects: 'close of a connection', ends: ['over'] },
} as const;

type Kind = keyof typeof ERRANDS;
export type Errand = Extract<Order, { say: Kind }>;
export type Outcome<E extends Errand> = Extract<Report, { say: (typeof ERRANDS)[E['say']]['ends'][number] }>;

/** The errands of a reader: one report ends each. */
export class Errands {
  readonly #open = new Map<string, { readonly kind: Kind; readonly end: (report?: Report) => void }>();

  get size(): number {
    return this.#open.size;
  }

  /**
   * @param begin gets what is to be called if the reader never gets the connection
   * @returns the report; undefined if none will come
   */
  async run({ id, say }: Errand, begin: (lost: () => void) => void): Promise<Report | undefined> {
    const { promise, resolve } = Promise.withResolvers<Report | undefined>();
    this.#open.set(id, { kind: say, end: resolve });
    begin(() => resolve(undefined));
    try {
      return await promise;
    } finally {
      this.#open.delete(id);
    }
  }

  /** @returns whether the report ended one */
  hear(report: Report): boolean {
    const errand = this.#open.get(report.id);
    if (!errand || !ERRANDS[errand.kind].ends.some((end) => end === report.say)) return false;
    this.#open.delete(report.id);
    errand.end(report);
    return true;
  }

  /** The reader has ended. */
  lost(): void {
    for (const { end } of this.#open.values()) end();
  }
}
