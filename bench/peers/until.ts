import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 20_000;

/** Asks until it is so. @throws Error if it is not in time */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !(await holds()); await delay(20))
    if (performance.now() > end) throw new Error(`waited for: ${what}`);
}
