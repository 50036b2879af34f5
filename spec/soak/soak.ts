import { Random } from '../../lib/fuzz/generate/random.ts';
import type { LauncherName } from '../../lib/launch/index.ts';
import { Machine } from '../support/machine/machine.ts';
import { type Figures, LAUNCHERS, SoakedDaemon } from './daemon.ts';
import { SCENARIOS } from './scenarios.ts';

export interface SoakOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Peers at a time, for each launcher. */
  readonly peers: number;
  /** Told now and then how far it is. */
  readonly onProgress?: (line: string) => void;
}

/** What a daemon was before the load and after it. */
export interface Soaked {
  readonly launcher: LauncherName;
  readonly before: Figures;
  readonly after: Figures;
}

export interface SoakReport {
  readonly daemons: readonly Soaked[];
  /** Peers that were answered right, by scenario. */
  readonly right: ReadonlyMap<string, number>;
  /** What went wrong, by words. */
  readonly wrong: readonly string[];
}

/** What a figure may be more than it was: memory that V8 and the C library keep is not a leak of ours. */
const MAY_GROW: Partial<Record<keyof Figures, number>> = {
  'memory in use, KiB': 4 * 1024,
  'resident memory, KiB': 64 * 1024,
};
const WARM_UP = 0.2; // of the time: what a daemon takes once is not a leak
const RELOAD_MS = 2000;
const MOST_WRONG = 20;

/** Mixed load on a daemon for each launcher, good peers and bad ones at random. Takes root. */
export async function soak({ seconds, seed, peers, onProgress }: SoakOptions): Promise<SoakReport> {
  const machine = await Machine.make();
  const daemons = await Promise.all(LAUNCHERS.map((launcher) => SoakedDaemon.start(machine, launcher)));
  const right = new Map<string, number>();
  const wrong: string[] = [];
  const random = new Random(seed);
  const load = async (share: number): Promise<void> => {
    const reloads = setInterval(() => {
      for (const daemon of daemons) daemon.reload();
      const peersSoFar = [...right.values()].reduce((sum, count) => sum + count, 0);
      onProgress?.(`${peersSoFar} peers, ${wrong.length} wrong`);
    }, RELOAD_MS);
    const end = performance.now() + seconds * share * 1000;
    const workers = daemons.flatMap((daemon) => Array.from({ length: peers }, () => worker(daemon, end)));
    await Promise.all(workers).finally(() => clearInterval(reloads));
  };
  const worker = async (daemon: SoakedDaemon, end: number): Promise<void> => {
    const names = Object.keys(SCENARIOS);
    while (performance.now() < end && wrong.length < MOST_WRONG) await oneOf(daemon, random.pick(names));
  };
  const oneOf = async (daemon: SoakedDaemon, name: string): Promise<void> => {
    const ends: (() => void)[] = [];
    try {
      await SCENARIOS[name]!({ after: (each) => ends.push(each) }, daemon.target);
      right.set(name, (right.get(name) ?? 0) + 1);
    } catch (error) {
      wrong.push(`${name}, by ${daemon.launcher}: ${(error as Error).message}`);
    } finally {
      for (const each of ends) each();
    }
  };
  const figures = async (): Promise<Figures[]> => {
    const all: Figures[] = [];
    for (const daemon of daemons) {
      await oneOf(daemon, 'a short command'); // helpers are started by the first login after a reload
      await daemon.quiet().catch((error: Error) => wrong.push(error.message));
      all.push(await daemon.figures());
    }
    return all;
  };
  try {
    await load(WARM_UP);
    const before = await figures();
    await load(1 - WARM_UP);
    const after = await figures();
    const soaked = daemons.map(({ launcher }, index) => {
      return { launcher, before: before[index]!, after: after[index]! };
    });
    wrong.push(...soaked.flatMap(grown), ...daemons.flatMap(({ defects }) => defects));
    return { daemons: soaked, right, wrong };
  } finally {
    await machine.end();
    for (const daemon of daemons) daemon.end();
  }
}

/** Figures that grew, one sentence each. */
export function grown({ launcher, before, after }: Soaked): string[] {
  return (Object.keys(before) as (keyof Figures)[])
    .filter((name) => after[name] > before[name] + (MAY_GROW[name] ?? 0))
    .map((name) => `${name} of ${launcher} grew from ${before[name]} to ${after[name]}`);
}
