import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Bench } from '../question.ts';
import type { Host } from './host.ts';
import { type Rexecd, type RexecdOptions, startRexecd } from './rexecd.ts';

/** What one thread of a daemon tells of itself since the last time. */
export interface Probed {
  /** How late a timer of a millisecond was, in milliseconds. */
  readonly loop: { readonly p50: number; readonly p99: number; readonly max: number };
  /** After a collection, where the daemon was started with --expose-gc. */
  readonly heapBytes: number;
  /** How many there are, by what they are. */
  readonly descriptors: Readonly<Record<string, number>>;
  /** Ballast. */
  readonly held: number;
}

export interface ProbedRexecd extends Rexecd {
  /** What each of its threads and processes tells. */
  readonly probe: () => Promise<Probed[]>;
}

/** A rexecd that measures itself, and may carry some MB it has no use for. */
export async function startProbedRexecd(
  bench: Bench,
  host: Host,
  { ballastMB = 0, ...options }: RexecdOptions & { ballastMB?: number },
): Promise<ProbedRexecd> {
  const folder = mkdtempSync(join(bench.folder, 'probe-'));
  const probe = join(import.meta.dirname, 'probe.ts');
  const rexecd = await startRexecd(bench, host, {
    ...options,
    nodeFlags: ['--expose-gc', '--import', probe],
    environment: [`BENCH_PROBE=${folder}`, `BENCH_BALLAST=${ballastMB}`],
  });
  return {
    ...rexecd,
    probe: () => Promise.all(readdirSync(folder).map((name) => ask(join(folder, name)))),
  };
}

async function ask(path: string): Promise<Probed> {
  const socket = connect(path);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(socket, 'close');
  return JSON.parse(text);
}

/** Resident memory in MB of a process and all its descendants: what they share counts once. */
export const residentMB = (pid: number): number =>
  treeOf(pid).reduce((sum, each) => sum + pssOf(each), 0) / 1e6;

/** The same of those alone that run the same program as it does: without commands. */
export const ownMB = (pid: number): number => {
  const program = (each: number) => readlinkSync(`/proc/${each}/exe`);
  const own = treeOf(pid).filter((each) => program(each) === program(pid));
  return own.reduce((sum, each) => sum + pssOf(each), 0) / 1e6;
};

/** Open descriptors of a process and all its descendants. */
export const descriptorsOf = (pid: number): number =>
  treeOf(pid).reduce((sum, each) => sum + readdirSync(`/proc/${each}/fd`).length, 0);

function treeOf(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(treeOf)];
}

/** Proportional set size in bytes. */
function pssOf(pid: number): number {
  const [, kB] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  return Number(kB) * 1024;
}

/** Processor time in milliseconds of a process, all its descendants, and all that it or they have waited for. */
export const processorMs = (pid: number): number =>
  treeOf(pid).reduce((sum, each) => {
    const fields = readFileSync(`/proc/${each}/stat`, 'latin1').split(') ')[1]!.split(' ');
    return sum + fields.slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0) * TICK_MS;
  }, 0);

const TICK_MS = 10; // USER_HZ is 100 on Linux
