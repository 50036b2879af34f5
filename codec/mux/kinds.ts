import { SIGNAL_NAME_LIMIT } from '../stderr/exit-status.ts';
import type { MuxFrame, Sender } from './frames.ts';

/** Of a mux frame: a kind and a length. */
export const MUX_HEADER_BYTES = 3;

/** Most bytes of `main` or `stderr` in one mux frame. */
export const MUX_DATA_LIMIT = 16_384;

/** Bytes of `main` that either end may send before the other gives it a window; `stderr` has none. */
export const MUX_FIRST_WINDOW = 16_384;

/** One kind of mux frame. */
export interface MuxKind {
  readonly type: MuxFrame['type'];
  /** Bounds of its payload in bytes. */
  readonly shortest: number;
  readonly longest: number;
  readonly from: readonly Sender[];
}

const BOTH = ['client', 'daemon'] as const;
const data = { shortest: 1, longest: MUX_DATA_LIMIT };
const window = { shortest: 4, longest: 4 };
const byte = { shortest: 1, longest: 1 };

/** By their number on the wire (docs/protocol.md). */
export const MUX_KINDS: readonly MuxKind[] = [
  { type: 'main', ...data, from: BOTH },
  { type: 'stderr', ...data, from: ['daemon'] },
  { type: 'mainEnd', shortest: 0, longest: 0, from: BOTH },
  { type: 'mainWindow', ...window, from: BOTH },
  { type: 'stderrWindow', ...window, from: ['client'] },
  { type: 'signal', ...byte, from: ['client'] },
  { type: 'exited', ...byte, from: ['daemon'] },
  { type: 'signaled', shortest: 1, longest: SIGNAL_NAME_LIMIT, from: ['daemon'] },
];

/** Its number on the wire. */
export const muxNumberOf = (type: MuxFrame['type']): number =>
  MUX_KINDS.findIndex((kind) => kind.type === type);

/** The lengths that its payload may have, in words. */
export const lengthsOf = ({ shortest, longest }: MuxKind): string =>
  shortest === longest ? `${shortest}` : `${shortest} to ${longest}`;
