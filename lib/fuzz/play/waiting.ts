import { setImmediate as nextTurn } from 'node:timers/promises';

/** Lets events wake those who wait for a condition. */
export class Changes {
  readonly #waiting = new Set<() => void>();

  notify(): void {
    for (const check of [...this.#waiting]) check();
  }

  /** True once `holds`; false when it does not within that time. */
  async until(holds: () => boolean, ms: number): Promise<boolean> {
    if (holds()) return true;
    return new Promise((resolve) => {
      const settle = (result: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(result);
      };
      const check = (): void => {
        if (holds()) settle(true);
      };
      const timer = setTimeout(settle, ms, false);
      this.#waiting.add(check);
    });
  }
}

/** A turn of the event loop: what was written before it goes out on its own. */
export const turn = (): Promise<unknown> => nextTurn();
