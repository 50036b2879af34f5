import { within } from '../lib/base/index.ts';

/** What the work gives, in time. @throws Error that names what was waited for; the work itself is not ended */
export const bounded = <T>(work: Promise<T>, seconds: number, what: string): Promise<T> =>
  within(seconds, work, () => {
    throw new Error(`${what} had not ended after ${seconds} s`);
  });
