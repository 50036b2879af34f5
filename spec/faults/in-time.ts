import { setTimeout as delay } from 'node:timers/promises';

/** How long a session of one user may take while another one attacks. A machine with nothing else to do takes 0.3 s. */
export const SERVED_SECONDS = 20;

/** How long a daemon may take to stop. */
export const STOPPED_SECONDS = 15;

/** What `work` gives, or an error that says what was not done in time. */
export async function inTime<T>(seconds: number, what: string, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = delay(seconds * 1000, undefined, { signal: over.signal }).then(() => {
    throw new Error(`not in ${seconds} s: ${what}`);
  });
  return Promise.race([work, late]).finally(() => {
    over.abort();
    late.catch(() => {});
  });
}

/** Asks until it holds, or throws an error that says what did not. */
export async function untilInTime(
  seconds: number,
  what: string,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not in ${seconds} s: ${what}`);
    await delay(20);
  }
}
