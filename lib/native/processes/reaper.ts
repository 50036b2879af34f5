import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { libc } from '../koffi.ts';

/** How a process ended: by itself with a code, or by a signal's number. */
export type ProcessEnd = { readonly code: number } | { readonly signal: number };

const waitid = libc.func('int waitid(int kind, uint32_t id, void *info, int options)');
const ANY = 0;
const ONE = 1;
const WNOHANG = 0x1;
const WEXITED = 0x4;
const WNOWAIT = 0x1000000;

/** Byte offsets in Linux' siginfo_t on a 64-bit machine, and its si_code of a process that ended by itself. */
const INFO = { size: 128, code: 8, pid: 16, status: 24 } as const;
const CLD_EXITED = 1;

/** The event loop is not kept longer than this at a time, however many processes have ended. */
const SWEEP_MS = 2;

const info = Buffer.alloc(INFO.size);
const expected = new Map<number, (end: ProcessEnd) => void>();
const byNode = new Set<number>();
let listening = false;
let reapsOrphans = false;
let planned = false;

/**
 * Resolves when a child made by {@link spawnProcess} was reaped. Node reaps its own children one by one and leaves
 * these alone, as those that are Node's are left alone here.
 */
export function endOf(pid: number): Promise<ProcessEnd> {
  listen();
  return new Promise((resolve) => {
    expected.set(pid, resolve);
    reapOne(pid); // its signal may have come before the listener
  });
}

/**
 * Reaps every child that is neither {@link endOf}'s nor Node's: orphans, which a subreaper and PID 1 of a container
 * become the parent of.
 */
export function reapOrphans(): void {
  reapsOrphans = true;
  listen();
  plan();
}

/** Node reaps the children that it made, whichever part of the program asked for them. */
subscribe('child_process', (message) => {
  const { process: child } = message as { process: ChildProcess };
  child.once('spawn', () => byNode.add(child.pid!)); // in the turn that made it
  child.once('exit', () => {
    byNode.delete(child.pid!);
    plan(); // it may have hidden others
  });
});

/** True for a child that runs, or has ended and was not reaped: its number is its own. */
export const isUnreaped = (pid: number): boolean => waitid(ONE, pid, info, WEXITED | WNOHANG | WNOWAIT) === 0;

function listen(): void {
  if (!listening) process.on('SIGCHLD', plan);
  listening = true;
}

function plan(): void {
  if (!planned && listening) setImmediate(sweep);
  planned = listening;
}

/** Several ends may have come as one signal. A child of Node's hides those behind it until Node has reaped it. */
function sweep(): void {
  planned = false;
  const until = performance.now() + SWEEP_MS;
  for (let pid = ended(ANY, 0, WNOWAIT); pid !== 0; pid = ended(ANY, 0, WNOWAIT)) {
    if (byNode.has(pid) || (!reapsOrphans && !expected.has(pid)))
      return void [...expected.keys()].forEach(reapOne);
    reapOne(pid);
    if (performance.now() > until) return plan();
  }
}

function reapOne(pid: number): void {
  if (ended(ONE, pid, 0) === 0) return;
  const status = info.readInt32LE(INFO.status);
  expected.get(pid)?.(info.readInt32LE(INFO.code) === CLD_EXITED ? { code: status } : { signal: status });
  expected.delete(pid);
}

/** The number of a child that has ended, its end in `info`; 0 if there is none. */
function ended(kind: number, id: number, more: number): number {
  info.writeInt32LE(0, INFO.pid);
  return waitid(kind, id, info, WEXITED | WNOHANG | more) === 0 ? info.readInt32LE(INFO.pid) : 0;
}
