import { reasonOf } from '../../../base/index.ts';
import { printableLines } from '../../../text/index.ts';
import { CommanderError, red } from './command.ts';

/** How a program ends that cannot do what it was asked for. */
export interface Failing {
  readonly name: string;
  /** Exit code of a usage error, and of every error without another. */
  readonly usage: number;
  /** If it is more or less than the reason. */
  readonly text?: (error: unknown) => string;
  readonly exitCode?: (error: unknown) => number | undefined;
}

/**
 * Says on standard error why a program failed. Whatever the message was made of, the terminal shows it and does nothing
 * else.
 *
 * @returns the exit code
 */
export function failure(error: unknown, { name, usage, text = reasonOf, exitCode }: Failing): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usage; // it has spoken
  process.stderr.write(red(`${name}: ${printableLines(text(error))}\n`));
  return exitCode?.(error) ?? usage;
}
