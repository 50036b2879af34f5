import koffi from 'koffi';
import { bytesOf } from '../text/index.ts';

export { default as koffi } from 'koffi';

/**
 * What a call in the thread pool may use of the stack. koffi's 128 KiB are not enough for PAM modules: with two logins
 * in parallel the process died of a smashed stack. This is what they get in any other program; untouched pages cost nothing.
 */
const STACK_BYTES = 8 * 1024 * 1024;

/** Callbacks from the pool, PAM's questions, count as calls too; beyond this koffi ends the process. */
const MOST_KOFFI_CALLS = 1024;

koffi.config({ async_stack_size: STACK_BYTES, max_async_calls: MOST_KOFFI_CALLS });

/** The C library: it is part of this process already, whichever it is. */
export const libc = koffi.load(null);

/** What the system calls an error's number: `ENOENT`. */
export const errnoName = (errno: number): string =>
  Object.entries(koffi.os.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;

/** What C functions take for a `const char *` that has to be the exact bytes. */
export const cString = (exactText: string): Buffer => Buffer.concat([bytesOf(exactText), Buffer.of(0)]);

/** A C function as koffi gives it. */
interface Callable {
  async(...given: unknown[]): void;
}

/** Calls at a time: as many as the pool has threads; more would only take memory. */
const MOST_CALLS = Number(process.env.UV_THREADPOOL_SIZE) || 4;

let calls = 0;
const waiting: (() => void)[] = [];

/** Calls a C function in the thread pool, when its turn comes. Rejects when an argument has no C form. */
export async function inThreadPool<T>(call: Callable, ...given: unknown[]): Promise<T> {
  if (calls >= MOST_CALLS) await new Promise<void>((resolve) => waiting.push(resolve));
  else calls += 1;
  try {
    return await new Promise((resolve, reject) => {
      call.async(...given, (error: unknown, result: T) => {
        given.length = 0; // koffi itself keeps none of them from the garbage collector
        if (error) reject(error);
        else resolve(result);
      });
    });
  } finally {
    const next = waiting.shift(); // it takes the place over
    if (next) next();
    else calls -= 1;
  }
}
