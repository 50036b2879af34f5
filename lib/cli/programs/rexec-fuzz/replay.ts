import { basename, relative } from 'node:path';
import { shellQuoted } from '../../../base/index.ts';
import { BOUND_SECONDS, type Flags } from './options.ts';
import { IN_PROCESS_TARGETS } from './targets.ts';

/** Targets that take no options: they are of this package. */
const OWN_TARGETS: readonly string[] = [...IN_PROCESS_TARGETS, 'daemon'];

/** The command lines that play a script of a finding again, one for each target. */
export function replayCommands(
  targets: readonly string[],
  path: string,
  { user, passwordFile, port, own, bound }: Flags,
): string[] {
  const options = Object.entries({
    '-l': user,
    '-P': passwordFile,
    '--port': port,
    '--own': own,
    '--bound': bound === BOUND_SECONDS ? undefined : bound,
  });
  const given = options.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
  return targets.map((target) => {
    const words = OWN_TARGETS.includes(target) ? [] : given;
    return [...program(), ...['replay', path, target, ...words].map(quoted)].join(' ');
  });
}

/** How this program was started: by its name, or as a source file of a checkout. */
function program(): string[] {
  const [, file = ''] = process.argv;
  return file.endsWith('.ts') ? ['node', quoted(relative('', file))] : [basename(file, '.js')];
}

/** A word as a shell reads it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : shellQuoted(word));
