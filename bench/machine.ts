import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { VERSION } from '../lib/cli/programs/common/version.ts';

/** Where the figures come from. */
export const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: systemName(),
  kernel: release(),
};

const PACKAGES = ['rsh-server', 'openbsd-inetd', 'openssh-server', 'socat', 'gcc', 'libc6'];

/** What was measured; Debian's packages where they are installed. */
export const versions: Readonly<Record<string, string>> = {
  rexecd: VERSION,
  commit: outputOf('git', ['-C', import.meta.dirname, 'describe', '--always', '--dirty']),
  node: process.version,
  ...Object.fromEntries(
    outputOf('dpkg-query', ['--show', ...PACKAGES])
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t') as [string, string]),
  ),
};

function systemName(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  } catch {
    return process.platform;
  }
}

/** Empty where the program is not there; what it says of those it knows where it does not know all. */
function outputOf(file: string, words: readonly string[]): string {
  return spawnSync(file, words, { encoding: 'utf8' }).stdout?.trim() ?? '';
}
