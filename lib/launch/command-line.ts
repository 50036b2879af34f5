import { LaunchError } from './launch-error.ts';
import { isCmd, type ShellCommand } from './shell.ts';

/** Of CreateProcess, in UTF-16 units, the closing NUL aside. */
const LONGEST = 32_766;

/**
 * The command line of a shell on Windows, where a program gets one text and divides it itself. cmd.exe gets the command
 * as it is, in quotes of which `/s` takes away the outer ones; others get words that the C library divides.
 *
 * @throws LaunchError if the command is not UTF-8: Windows has UTF-16 only; or if it is too long
 */
export function commandLine({ file, argv0, arguments: given }: ShellCommand): string {
  const words = given.map((word) => {
    if (typeof word === 'string') return word;
    throw new LaunchError('the command is not UTF-8, which commands must be on Windows');
  });
  const line = isCmd(file)
    ? [`"${file}"`, ...words.slice(0, -1), `"${words.at(-1)}"`].join(' ')
    : [argv0, ...words].map(quotedForC).join(' ');
  if (line.length <= LONGEST) return line;
  throw new LaunchError(`the command line has ${line.length} characters; Windows allows ${LONGEST}`);
}

/** A word as CommandLineToArgvW reads it back: backslashes count only before a quote, and are doubled there. */
const quotedForC = (word: string): string =>
  /^[^\s"]+$/.test(word)
    ? word
    : `"${word.replace(/(\\*)("|$)/g, (_, slashes, end) => `${slashes}${slashes}${end && '\\"'}`)}"`;
