import koffi from 'koffi';

export { default as koffi } from 'koffi';

/**
 * What a call in the thread pool may use of the stack. koffi's 128 KiB are not enough for PAM modules: with two logins
 * in parallel the process died of a smashed stack. This is what they get in any other program; untouched pages cost nothing.
 */
const STACK_BYTES = 8 * 1024 * 1024;

koffi.config({ async_stack_size: STACK_BYTES });

/** The C library: it is part of this process already, whichever it is. */
export const libc = koffi.load(null);

/** A C function as koffi gives it. */
interface Callable {
  async(...given: unknown[]): void;
}

/** Calls a C function in the thread pool. Rejects when an argument has no C form. */
export function inThreadPool<T>(call: Callable, ...given: unknown[]): Promise<T> {
  return new Promise((resolve, reject) => {
    call.async(...given, (error: unknown, result: T) => (error ? reject(error) : resolve(result)));
  });
}
