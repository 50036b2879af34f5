import { bytesOf } from '../text/index.ts';
import type { Launch } from './launcher.ts';

/** A program that Node can start: all of it is well-formed text. */
export interface Program {
  readonly file: string;
  readonly argv0: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
}

/** Each of these replaces itself with the next program, so the process stays one. All run as the user. */
const PRLIMIT = '/usr/bin/prlimit';
const SH = '/bin/sh';
/** Sets the name that tells csh that it is a login shell; it adds SHLVL, so other shells do not get it. */
const BASH = '/bin/bash';

/**
 * A shell with limits of its own, or with bytes that are not text in its command, environment or directory: Node passes
 * UTF-8 only, so `printf` makes them of an octal form. Most commands need neither.
 */
export function wrapped(launch: Launch): Program {
  const { shell, limits, directory } = launch;
  const own = Object.entries(limits).map(([name, limit]) => `--${name}=${limit}`);
  const [text, bytes] = split(launch);
  const plain = bytes.length === 0 && directory.isWellFormed();
  const cwd = directory.isWellFormed() ? directory : '/';
  if (own.length === 0 && plain)
    return { ...shell, arguments: shell.arguments as string[], environment: text, directory };
  const words = plain ? named(launch) : decoded(launch, bytes);
  const [file = '', ...rest] = own.length > 0 ? [PRLIMIT, ...own, '--', ...words] : words;
  return { file, argv0: file, arguments: rest, environment: text, directory: cwd };
}

/** Variables that are text; and those that are not, with the command, which has no name, if it is not. */
function split({ shell, environment }: Launch): [Record<string, string>, [name: string, bytes: Buffer][]] {
  const all = Object.entries(environment);
  const bytes = all
    .filter(([, value]) => !value.isWellFormed())
    .map(([name, value]): [string, Buffer] => [name, bytesOf(value)]);
  const command = shell.arguments.find((argument) => typeof argument !== 'string');
  if (command) bytes.push(['', command]);
  return [Object.fromEntries(all.filter(([, value]) => value.isWellFormed())), bytes];
}

const isCsh = (argv0: string): boolean => /^-t?csh$/.test(argv0);
const bash = (script: string): string[] => [BASH, '--noprofile', '--norc', '-c', script];

function named({ shell }: Launch): string[] {
  const words = [shell.file, ...(shell.arguments as string[])];
  return isCsh(shell.argv0) ? [...bash('exec -a "$0" "$@"'), shell.argv0, ...words] : words;
}

/** Every byte in octal; a dot keeps the line ends at the end, which `$()` would take away. */
function decoded({ shell, directory }: Launch, bytes: readonly [name: string, bytes: Buffer][]): string[] {
  const script = bytes.map(([name], at) => {
    const made = name || 'bytes';
    return `${made}=$(printf %b. "$${at + 1}"); ${made}=\${${made}%.}; ${name && `export ${name}; `}`;
  });
  const octal = bytes.map(([, each]) =>
    [...each].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join(''),
  );
  if (!directory.isWellFormed()) script.push('cd -- "$HOME" && ');
  const words = [shell.file, ...shell.arguments];
  const places = words.map((word, at) =>
    typeof word === 'string' ? `"\${${bytes.length + at + 1}}"` : '"$bytes"',
  );
  const rest = [...octal, ...words.map((word) => (typeof word === 'string' ? word : ''))];
  const exec = isCsh(shell.argv0) ? 'exec -a "$0"' : 'exec';
  const whole = `${script.join('')}unset OLDPWD; ${exec} ${places.join(' ')}`;
  return isCsh(shell.argv0) ? [...bash(whole), shell.argv0, ...rest] : [SH, '-c', whole, 'sh', ...rest];
}
