import { isUtf8 } from 'node:buffer';
import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, posix, win32 } from 'node:path';
import { wordsOf } from '../base/index.ts';
import type { Environment } from './environment.ts';
import { LaunchError } from './launch-error.ts';

/** How a command line is given to its interpreter. */
export interface ShellCommand {
  readonly file: string;
  readonly argv0: string;
  /** Bytes if they are not UTF-8. */
  readonly arguments: readonly (string | Buffer)[];
}

/** The variables that name the user's shell, in the order rexecd(8) step 8 asks for them. */
const SHELL_VARIABLES = ['SHELL', 'shell', 'COMSPEC', 'ComSpec'] as const;

/** Shells that take `-l` with `-c`, and the word after the command line as `$0`. */
const BOURNE_SHELLS = ['sh', 'dash', 'bash', 'ash', 'ksh', 'ksh93', 'mksh', 'zsh'];

/** The account's own shell; if it has none, the one that its environment names, else the system's. */
export function resolveShell(
  own: string | null,
  environment: Environment,
  platform: NodeJS.Platform,
): string {
  const named = own || SHELL_VARIABLES.map((name) => environment[name]).find((value) => value);
  if (named) return named;
  if (platform !== 'win32') return '/bin/sh';
  return win32.join(environment.SystemRoot || 'C:\\Windows', 'System32', 'cmd.exe');
}

/**
 * Waits for the disk as the start of the shell does, which comes next: a thread would cost more than the answer.
 *
 * @throws LaunchError if `shell` is not a program that this process, which is the user, can run
 */
export function usableShell(shell: string): string {
  absoluteShell(shell);
  try {
    accessSync(shell, constants.X_OK);
    if (!statSync(shell).isFile()) throw new Error('not a file');
    return shell;
  } catch (cause) {
    throw new LaunchError(`shell ${shell}: ${wordsOf(cause)}`, { cause });
  }
}

/** Touches nothing: whether it can be run is for the start to find out. @throws LaunchError if it is not absolute */
export function absoluteShell(shell: string): string {
  if (isAbsolute(shell)) return shell;
  throw new LaunchError(`shell ${shell}: not an absolute path`);
}

/** Whether a shell is the interpreter of Windows. */
export const isCmd = (shell: string): boolean => /^cmd(\.exe)?$/i.test(win32.basename(shell));

/**
 * `shell -c command`. As a login shell it reads the profile (rexecd(8) step 8): with `-l` if the shell has it, else with a
 * name that begins with a dash. Messages of the shell begin with its bare name, as with every other rexecd. A command
 * that begins with a dash is no option.
 */
export function shellCommand(shell: string, command: Buffer, login: boolean): ShellCommand {
  const line = isUtf8(command) ? command.toString() : command;
  if (isCmd(shell)) return { file: shell, argv0: shell, arguments: ['/d', '/s', '/c', line] };
  const name = shell.startsWith('/') ? posix.basename(shell) : win32.basename(shell, '.exe');
  if (BOURNE_SHELLS.includes(name))
    return { file: shell, argv0: name, arguments: [...(login ? ['-l'] : []), '-c', '--', line, name] };
  return { file: shell, argv0: login ? `-${name}` : name, arguments: ['-c', line] };
}
