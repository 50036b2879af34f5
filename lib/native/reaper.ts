import { libc } from './koffi.ts';

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

const info = Buffer.alloc(INFO.size);
const expected = new Map<number, (end: ProcessEnd) => void>();
let listening = false;

/**
 * Resolves when a child made by {@link spawnProcess} was reaped. Node reaps its own children one by one and leaves
 * these alone, as those that are Node's are left alone here.
 */
export function endOf(pid: number): Promise<ProcessEnd> {
  if (!listening) process.on('SIGCHLD', reap);
  listening = true;
  return new Promise((resolve) => {
    expected.set(pid, resolve);
    reapOne(pid); // its signal may have come before anybody listened
  });
}

/** True for a child that runs, or has ended and was not reaped: its number is its own. */
export const isUnreaped = (pid: number): boolean => waitid(ONE, pid, info, WEXITED | WNOHANG | WNOWAIT) === 0;

/** Several ends may have come as one signal. A child of another part of the program hides those behind it: then each is asked for. */
function reap(): void {
  for (let pid = ended(ANY, 0, WNOWAIT); pid !== 0; pid = ended(ANY, 0, WNOWAIT)) {
    if (!expected.has(pid)) return void [...expected.keys()].forEach(reapOne);
    reapOne(pid);
  }
}

function reapOne(pid: number): void {
  if (ended(ONE, pid, 0) === 0) return;
  const status = info.readInt32LE(INFO.status);
  expected.get(pid)!(info.readInt32LE(INFO.code) === CLD_EXITED ? { code: status } : { signal: status });
  expected.delete(pid);
}

/** The number of a child that has ended, its end in `info`; 0: none has. */
function ended(kind: number, id: number, more: number): number {
  info.writeInt32LE(0, INFO.pid);
  return waitid(kind, id, info, WEXITED | WNOHANG | more) === 0 ? info.readInt32LE(INFO.pid) : 0;
}
