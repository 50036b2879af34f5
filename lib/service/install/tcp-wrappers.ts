import { keyOf } from '../../settings/index.ts';
import type { Tree } from './tree.ts';

const FILES = ['/etc/hosts.deny', '/etc/hosts.allow'];
/** Daemons that a rule names, up to its colon: ours, in.rexecd, or all (hosts_access(5)). */
const ABOUT_US = /^[^#:]*(?:^|[\s,])(?:ALL|(?:in\.)?rexecd)(?:@[^\s,:]+)?(?:[\s,][^:]*)?:/;

/** Rules of TCP wrappers that may be meant for this daemon, which reads none; one warning for each file. */
export async function wrapperWarnings(tree: Tree): Promise<string[]> {
  const warnings: string[] = [];
  for (const file of FILES) {
    const bytes = await tree.read(file);
    if (!(bytes instanceof Buffer)) continue;
    const lines = bytes.toString('latin1').replaceAll('\\\n', ' ').split('\n');
    if (lines.some((line) => ABOUT_US.test(line)))
      warnings.push(
        `${tree.at(file)} has rules for this service, which it does not read; use ${keyOf('allowAddresses')} and ${keyOf('denyAddresses')}`,
      );
  }
  return warnings;
}
