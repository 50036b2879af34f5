/** What the work gives, in time. @throws Error that names what was waited for; the work itself is not ended */
export async function bounded<T>(work: Promise<T>, seconds: number, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`${what} was not over after ${seconds} s`)),
    seconds * 1000,
  );
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
