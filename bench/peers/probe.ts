/**
 * Loaded before a daemon (node --import): measures it from inside. Each caller that connects to a unix socket in the
 * folder BENCH_PROBE gets, as JSON, what its event loop, heap and descriptors did since the last time. BENCH_BALLAST is
 * memory in MB to hold and to touch.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread, threadId } from 'node:worker_threads';
import type { Probed } from './probed.ts';

const { BENCH_PROBE: folder, BENCH_BALLAST: ballast = '0' } = process.env;
const LOOP_MS = 1;

const held = isMainThread ? Buffer.alloc(Number(ballast) * 1_000_000, 1) : undefined; // filled, and so resident
const delays = monitorEventLoopDelay({ resolution: LOOP_MS });
delays.enable();

createServer((asker) => {
  asker.on('error', () => {});
  asker.end(JSON.stringify(probe()));
  delays.reset();
})
  .listen(`${folder}/${process.pid}-${threadId}`)
  .unref();

function probe(): Probed {
  const loop = { p50: ms(delays.percentile(50)), p99: ms(delays.percentile(99)), max: ms(delays.max) };
  globalThis.gc?.();
  return {
    loop,
    heapBytes: process.memoryUsage().heapUsed,
    descriptors: descriptors(),
    held: held?.length ?? 0,
  };
}

/** What a timer of a millisecond was late. */
function ms(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - LOOP_MS);
}

/** Open descriptors, by what they are. */
function descriptors(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of readdirSync('/proc/self/fd')) {
    const kind = kindOf(name);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

function kindOf(name: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${name}`).replace(/:?\[.*\]$/, '');
  } catch {
    return 'closed';
  }
}
