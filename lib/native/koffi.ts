import koffi from 'koffi';
import { Limiter, SystemError } from '../base/index.ts';
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

/** This process: whichever C library it has, and on Windows the functions that Node.js gives its addons. */
export const program = koffi.load(null);

type CFunction = ReturnType<typeof program.func>;
type Definition = [text: string] | [name: string, result: string, words: string[]];

/**
 * The C library. A function that it does not have is an error when it is called, so that this room can be loaded on
 * every system; with {@link program} it is one when it is looked up.
 */
export const libc = {
  func(...definition: Definition): CFunction {
    try {
      return program.func(...(definition as [string]));
    } catch (error) {
      const call = () => {
        throw error;
      };
      return Object.assign(call, { async: call }) as unknown as CFunction;
    }
  },
};

/** The error of the C function that just failed. */
export const failed = (what: string): SystemError => new SystemError(what, koffi.errno());

/** What C functions take for a `const char *` that has to be the exact bytes. */
export const cString = (exactText: string): Buffer => Buffer.concat([bytesOf(exactText), Buffer.of(0)]);

/** A C function as koffi gives it. */
interface Callable {
  async(...given: unknown[]): void;
}

/** As many calls at a time as the pool has threads; more would only take memory. */
const pool = new Limiter(Number(process.env.UV_THREADPOOL_SIZE) || 4);

/** Calls a C function in the thread pool, when its turn comes. Rejects when an argument has no C form. */
export function inThreadPool<T>(call: Callable, ...given: unknown[]): Promise<T> {
  const called = () =>
    new Promise<T>((resolve, reject) => {
      call.async(...given, (error: unknown, result: T) => {
        given.length = 0; // koffi itself keeps none of them from the garbage collector
        if (error) reject(error);
        else resolve(result);
      });
    });
  return pool.run(called);
}
