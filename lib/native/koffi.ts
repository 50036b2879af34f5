import koffi from 'koffi';

export { default as koffi } from 'koffi';

/**
 * What a call may use of the stack. koffi's own are smaller than what PAM modules get in any other program; untouched
 * pages cost nothing.
 */
const STACK_BYTES = 8 * 1024 * 1024;

koffi.config({ sync_stack_size: STACK_BYTES });

/** The C library: it is part of this process already, whichever it is. */
export const libc = koffi.load(null);

/** What the system calls an error's number: `ENOENT`. */
export const errnoName = (errno: number): string =>
  Object.entries(koffi.os.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
