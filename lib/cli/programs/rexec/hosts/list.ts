import { randomInt } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { wordsOf } from '../../../../base/index.ts';
import { plainBytes } from '../../../../files/index.ts';
import { Groups } from './groups.ts';
import { HostSet } from './host-set.ts';
import { HostsError, type Target } from './target.ts';

/** Which hosts are meant. */
export interface HostLists {
  /** Such as `a,web[1-8]` and `@db`. */
  readonly hosts: readonly string[];
  /** A file of such lists; `-` is standard input. */
  readonly hostsFile?: string | undefined;
  /** Lists of those that are left out. */
  readonly exclude?: readonly string[];
  /** How many of them, at random. */
  readonly pick?: number | undefined;
}

/** All hosts of the lists, each once, in this order. @throws HostsError, SettingsError */
export async function listHosts(
  { hosts, hostsFile, exclude = [], pick }: HostLists,
  groups = new Groups(),
): Promise<Target[]> {
  const all = async (lists: readonly string[]): Promise<HostSet> => {
    const set = new HostSet();
    for (const list of lists) set.and(await groups.hostsOf(list));
    return set;
  };
  const wanted = await all([...hosts, ...(hostsFile === undefined ? [] : await linesOf(hostsFile))]);
  if (wanted.targets.length === 0) throw new HostsError('the list of hosts is empty');
  const { targets } = wanted.only(false, await all(exclude));
  if (targets.length === 0) throw new HostsError('no host is left: -x names them all');
  return pick === undefined ? targets : picked(targets, pick);
}

/** So many at random, in their order. */
function picked(targets: readonly Target[], number: number): Target[] {
  const places = targets.map((_, place) => place);
  const chosen = new Set<number>();
  for (let left = Math.min(number, places.length); left > 0; left -= 1)
    chosen.add(places.splice(randomInt(places.length), 1)[0]!);
  return targets.filter((_, place) => chosen.has(place));
}

async function linesOf(file: string): Promise<string[]> {
  const bytes = await buffer(file === '-' ? process.stdin : createReadStream(file));
  return textOf(bytes, file)
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim());
}

function textOf(bytes: Buffer, file: string): string {
  try {
    return plainBytes(bytes).toString('utf8');
  } catch (cause) {
    throw new HostsError(`${file}: ${wordsOf(cause)}`, { cause });
  }
}
