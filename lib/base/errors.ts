import { getSystemErrorName } from 'node:util';
import { systemWords } from './reason.ts';

/** An error of this package. It prints as its class, and has a code if a program may need to tell it from others. */
export abstract class RexecError extends Error {
  declare readonly code?: string;

  override get name(): string {
    return this.constructor.name;
  }
}

/** A C function failed. As in an error of Node, `code` is the name of the system's error: `ENOENT`. */
export class SystemError extends RexecError {
  override readonly code: string;

  /** @param errno what the C function left in `errno`, a positive number */
  constructor(what: string, errno: number) {
    const code = getSystemErrorName(-errno);
    super(`${what}: ${systemWords(code, errno)}`);
    this.code = code;
  }
}
