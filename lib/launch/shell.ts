import { isAbsolute, posix, win32 } from 'node:path';
import type { Identity } from '../login/index.ts';
import type { Environment } from './environment.ts';
import { LaunchError } from './launch-error.ts';
import { checkExecutable, reach } from './permissions.ts';

/** How a command line is given to its interpreter. */
export interface ShellCommand {
  readonly file: string;
  readonly argv0: string;
  readonly arguments: readonly string[];
}

/** The variables that name the user's shell, in the order rexecd(8) step 8 asks for them. */
const SHELL_VARIABLES = ['SHELL', 'shell', 'COMSPEC', 'ComSpec'] as const;

/** Shells that take `-l` with `-c`, and the word after the command line as `$0`. */
const BOURNE_SHELLS = ['sh', 'dash', 'bash', 'ash', 'ksh', 'ksh93', 'mksh', 'zsh'];

/** The shell of the user's environment, else the system's own. */
export function resolveShell(environment: Environment, platform: NodeJS.Platform): string {
  const named = SHELL_VARIABLES.map((name) => environment[name]).find((value) => value);
  if (named) return named;
  if (platform !== 'win32') return '/bin/sh';
  return win32.join(environment.SystemRoot || 'C:\\Windows', 'System32', 'cmd.exe');
}

/** @throws LaunchError when `shell` is not a program that the user can run */
export async function usableShell(shell: string, identity: Identity): Promise<string> {
  try {
    if (!isAbsolute(shell)) throw new Error('not an absolute path');
    const found = await reach(shell, identity);
    if (!found.isFile()) throw new Error('not a file');
    checkExecutable(shell, found, identity);
    return shell;
  } catch (cause) {
    throw new LaunchError(`shell ${shell}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * `shell -c line`. As a login shell it reads the profile (rexecd(8) step 8): with `-l` if the shell has it, else with a
 * name that begins with a dash. Messages of the shell begin with its bare name, as with every other rexecd.
 */
export function shellCommand(shell: string, line: string, login: boolean): ShellCommand {
  if (/(^|[\\/])cmd(\.exe)?$/i.test(shell))
    return { file: shell, argv0: shell, arguments: ['/d', '/s', '/c', line] };
  const name = posix.basename(shell);
  if (BOURNE_SHELLS.includes(name))
    return { file: shell, argv0: name, arguments: [...(login ? ['-l'] : []), '-c', line, name] };
  return { file: shell, argv0: login ? `-${name}` : name, arguments: ['-c', line] };
}
