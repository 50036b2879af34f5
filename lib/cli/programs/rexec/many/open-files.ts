import { openFileLimit } from '../../../../base/index.ts';
import type { Flags } from '../flags.ts';

/** Of a host: its connection, the port for the stderr channel, the channel, and with --output-dir two files. */
const EACH = 3;
const FILES = 2;
const OURS = 64; // of this program, whatever it runs

/** How many hosts to run on at the same time, so that the open files that this process may have are enough; warns. */
export function parallelWithin(hosts: number, { maxParallel, outputDir, quiet }: Flags): number {
  const wanted = Math.min(maxParallel, hosts);
  const each = EACH + (outputDir === undefined ? 0 : FILES);
  const limit = openFileLimit();
  const possible = Math.max(1, Math.floor((limit - OURS) / each));
  if (wanted <= possible) return maxParallel;
  if (!quiet)
    process.stderr.write(
      `rexec: warning: ${possible} hosts at the same time: this process may open ${limit} files (ulimit -n)\n`,
    );
  return possible;
}
