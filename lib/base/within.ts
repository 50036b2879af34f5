const LONGEST_TIMER_MS = 2 ** 31 - 1; // a longer one fires immediately

/**
 * Waits for `work`, but no longer than that, and leaves no timer behind.
 *
 * @param late called when the time has expired: what it returns or throws is the result. To end the work is for the caller.
 */
export function within<T>(seconds: number, work: Promise<T>): Promise<T | undefined>;
export function within<T, L>(seconds: number, work: Promise<T>, late: () => L): Promise<T | L>;
export function within<T, L>(seconds: number, work: Promise<T>, late?: () => L): Promise<T | L | undefined> {
  return new Promise((resolve, reject) => {
    const expire = async () => late?.();
    const timer = setTimeout(
      () => expire().then(resolve, reject),
      Math.min(seconds * 1000, LONGEST_TIMER_MS),
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
