import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** What a process holds. */
export interface Footprint {
  readonly memory: number; // bytes resident
  readonly descriptors: number;
  readonly children: number;
}

/** Reads /proc; undefined if there is no /proc, no such process, or if it is another user's. */
export async function footprintOf(pid: number | undefined): Promise<Footprint | undefined> {
  if (pid === undefined) return undefined;
  try {
    const [status, descriptors, tasks] = await Promise.all([
      readFile(`/proc/${pid}/status`, 'latin1'),
      readdir(`/proc/${pid}/fd`),
      readdir(`/proc/${pid}/task`),
    ]);
    const children = await Promise.all(
      tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'latin1').catch(() => '')),
    );
    return {
      memory: Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? 0) * 1024,
      descriptors: descriptors.length,
      children: children
        .join(' ')
        .split(' ')
        .filter((child) => child !== '').length,
    };
  } catch {
    return undefined;
  }
}

/** The same once descriptors and children are back at `before`, or as it is when that takes longer. */
export async function settledFootprint(
  pid: number | undefined,
  before: Footprint,
  patienceMs: number,
): Promise<Footprint | undefined> {
  for (const end = performance.now() + patienceMs; ; ) {
    const now = await footprintOf(pid);
    const back = now && now.descriptors <= before.descriptors && now.children <= before.children;
    if (!now || back || performance.now() > end) return now;
    await delay(20);
  }
}
