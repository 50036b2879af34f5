import { libc } from '../koffi.ts';

/** Resources of setrlimit(2) in the order of their numbers on Linux, by their names in prlimit(1). */
const RESOURCES = [
  ...['cpu', 'fsize', 'data', 'stack', 'core', 'rss', 'nproc', 'nofile'],
  ...['memlock', 'as', 'locks', 'sigpending', 'msgqueue', 'nice', 'rtprio', 'rttime'],
] as const;

/** Soft and hard limits as prlimit(1) spells them, by its names: `1024:4096`, `unlimited:unlimited`. */
export type Limits = Readonly<Record<string, string>>;

const getrlimit = libc.func('int getrlimit(int resource, void *limit)');
const setrlimit = libc.func('int setrlimit(int resource, void *limit)');

const UNLIMITED = 2n ** 64n - 1n;

/** The limits of this process. */
export const processLimits = (): Limits =>
  Object.fromEntries(RESOURCES.map((name, resource) => [name, spell(read(resource))]));

/** How many descriptors this process may have open. */
export const descriptorLimit = (): number => {
  const [soft] = read(RESOURCES.indexOf('nofile'));
  return soft === UNLIMITED ? Number.POSITIVE_INFINITY : Number(soft);
};

/** Sets limits of this process. Raising a hard limit requires CAP_SYS_RESOURCE. @throws Error that names the limit */
export function setProcessLimits(limits: Limits): void {
  for (const [resource, name] of RESOURCES.entries()) {
    const limit = limits[name];
    if (limit === undefined) continue;
    const [soft = UNLIMITED, hard = UNLIMITED] = limit
      .split(':')
      .map((value) => (value === 'unlimited' ? UNLIMITED : BigInt(value)));
    if (!write(resource, soft, hard)) throw new Error(`limit ${name} cannot be set to ${limit}`);
  }
}

/** Lowers the soft limit of open files of this process to that many, and so that of its children. */
export function limitOpenFiles(most: number): void {
  const nofile = RESOURCES.indexOf('nofile');
  const [soft, hard] = read(nofile);
  if (soft > BigInt(most)) write(nofile, BigInt(most), hard);
}

function read(resource: number): [soft: bigint, hard: bigint] {
  const pair = Buffer.alloc(16);
  if (getrlimit(resource, pair) !== 0) throw new Error(`limit ${RESOURCES[resource]} cannot be read`);
  return [pair.readBigUInt64LE(0), pair.readBigUInt64LE(8)];
}

function write(resource: number, soft: bigint, hard: bigint): boolean {
  const pair = Buffer.alloc(16);
  pair.writeBigUInt64LE(soft, 0);
  pair.writeBigUInt64LE(hard, 8);
  return setrlimit(resource, pair) === 0;
}

const spell = (pair: readonly bigint[]): string =>
  pair.map((value) => (value === UNLIMITED ? 'unlimited' : String(value))).join(':');
