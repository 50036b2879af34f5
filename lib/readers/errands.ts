import type { Report } from './reader-protocol.ts';

type Say = Report['say'];

/** What a reader is to do with a connection besides visits: one report ends each. */
export class Errands {
  readonly #open = new Map<
    string,
    { readonly ends: readonly Say[]; readonly end: (report?: Report) => void }
  >();

  get size(): number {
    return this.#open.size;
  }

  /**
   * @param ends the reports that may end it
   * @param begin gets what is to be called if the reader never gets the connection
   * @returns the report; undefined if none will come
   */
  async run<S extends Say>(
    id: string,
    ends: readonly S[],
    begin: (lost: () => void) => void,
  ): Promise<Extract<Report, { say: S }> | undefined> {
    const { promise, resolve } = Promise.withResolvers<Report | undefined>();
    this.#open.set(id, { ends, end: resolve });
    begin(() => resolve(undefined));
    try {
      return (await promise) as Extract<Report, { say: S }> | undefined;
    } finally {
      this.#open.delete(id);
    }
  }

  /** @returns whether the report ended one */
  hear(report: Report): boolean {
    const errand = this.#open.get(report.id);
    if (!errand?.ends.includes(report.say)) return false;
    this.#open.delete(report.id);
    errand.end(report);
    return true;
  }

  /** The reader has ended. */
  lost(): void {
    for (const { end } of this.#open.values()) end();
  }
}
