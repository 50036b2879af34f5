import { inThreadPool, libc } from './koffi.ts';

/** Resources of setrlimit(2) in the order of their numbers on Linux, by their names in prlimit(1). */
const RESOURCES = [
  ...['cpu', 'fsize', 'data', 'stack', 'core', 'rss', 'nproc', 'nofile'],
  ...['memlock', 'as', 'locks', 'sigpending', 'msgqueue', 'nice', 'rtprio', 'rttime'],
] as const;

/** Soft and hard limit as prlimit(1) spells them: `1024:4096`, `unlimited:unlimited`. */
export type Limits = Readonly<Record<string, string>>;

/** What a PAM session may change of the process it is opened in, for the commands it will start. */
export interface ProcessTraits {
  readonly limits: Limits;
  readonly umask: number;
  readonly niceness: number;
}

const getrlimit = libc.func('int getrlimit(int resource, void *limit)');
const setrlimit = libc.func('int setrlimit(int resource, void *limit)');
/** Linux keeps niceness for each thread: PAM's own is the pool's, which must have one thread to be asked for it. */
const getpriority = libc.func('int getpriority(int which, uint32_t who)');
const setpriority = libc.func('int setpriority(int which, uint32_t who, int niceness)');
const PRIO_PROCESS = 0;

const UNLIMITED = 2n ** 64n - 1n;

export async function processTraits(): Promise<ProcessTraits> {
  const limits = RESOURCES.map((name, resource) => [name, limitOf(resource)]);
  const niceness = await inThreadPool<number>(getpriority, PRIO_PROCESS, 0);
  return { limits: Object.fromEntries(limits), umask: process.umask(), niceness };
}

/** Gives this process the traits it had. Raising a hard limit again takes CAP_SYS_RESOURCE. */
export async function restoreProcessTraits({ limits, umask, niceness }: ProcessTraits): Promise<void> {
  await inThreadPool(setpriority, PRIO_PROCESS, 0, niceness);
  for (const [resource, name] of RESOURCES.entries()) {
    const limit = limits[name];
    if (limit === undefined || limit === limitOf(resource)) continue;
    const pair = Buffer.alloc(16);
    for (const [index, value] of limit.split(':').entries())
      pair.writeBigUInt64LE(value === 'unlimited' ? UNLIMITED : BigInt(value), index * 8);
    if (setrlimit(resource, pair) !== 0) throw new Error(`limit ${name} could not be restored to ${limit}`);
  }
  process.umask(umask);
}

/** How many descriptors this process may have open. */
export function descriptorLimit(): number {
  const [soft] = limitOf(RESOURCES.indexOf('nofile')).split(':');
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}

function limitOf(resource: number): string {
  const pair = Buffer.alloc(16);
  if (getrlimit(resource, pair) !== 0) throw new Error(`limit ${RESOURCES[resource]} could not be read`);
  return [0, 8]
    .map((at) => pair.readBigUInt64LE(at))
    .map((value) => (value === UNLIMITED ? 'unlimited' : String(value)))
    .join(':');
}
