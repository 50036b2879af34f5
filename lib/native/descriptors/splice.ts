import { libc } from '../koffi.ts';

const spliceCall = libc.func(
  'intptr_t splice(int from, void *fromAt, int to, void *toAt, size_t bytes, uint32_t flags)',
);
const SPLICE_F_MOVE = 1;
const SPLICE_F_NONBLOCK = 2;
const MOST_BYTES = 1024 * 1024; // a call

/**
 * Moves bytes between a pipe and a socket inside the kernel, without blocking.
 *
 * @returns how many; 0 if there are none now, the other side takes none, or it has ended: the stream tells which
 */
export function splice(from: number, to: number): number {
  return Math.max(0, Number(spliceCall(from, null, to, null, MOST_BYTES, SPLICE_F_MOVE | SPLICE_F_NONBLOCK)));
}
