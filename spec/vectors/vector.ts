import type { CodecErrorCode, CodecErrorField } from '../../codec/index.ts';

/** One line of a table: bytes of the wire and what a decoder makes of them, however they are cut. */
export interface Vector<Frame> {
  readonly name: string;
  /** latin1: one character, one byte. */
  readonly wire: string;
  /** Neighbouring chunks joined; for a wire that fails, the frames that come before the error. */
  readonly frames: readonly Frame[];
  readonly error?: readonly [CodecErrorCode, CodecErrorField];
  /** Our encoder says the same in other bytes, or cannot say it. */
  readonly decodeOnly?: true;
}

/** The bytes of a wire string. */
export const latin1 = (wire: string): Buffer => Buffer.from(wire, 'latin1');

/** Text as it looks in a wire string. */
export const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
