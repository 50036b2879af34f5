import type { SignalFrame } from './frames.ts';

/** Highest signal number of a client that means something; a daemon ignores those above. */
export const HIGHEST_SIGNAL = 64;

/** The byte that asks for the exit status: signal 0, which means nothing to a daemon without the extension. */
const EXIT_STATUS_WANTED = 0;

/** Whether a daemon delivers a signal of that number. */
export const isSignal = (number: number): boolean => number > 0 && number <= HIGHEST_SIGNAL;

/** What a byte of a client means on the stderr channel; undefined if nothing. */
export function readSignal(byte: number): SignalFrame | undefined {
  if (byte === EXIT_STATUS_WANTED) return { type: 'exitStatusWanted' };
  return isSignal(byte) ? { type: 'signal', number: byte } : undefined;
}

/**
 * One {@link SignalFrame} as the byte a client sends on the stderr channel.
 *
 * @throws RangeError for a number that is not a byte
 */
export function encodeSignalFrame(frame: SignalFrame): Buffer {
  const number = frame.type === 'signal' ? frame.number : EXIT_STATUS_WANTED;
  if (!Number.isInteger(number) || number < 0 || number > 255)
    throw new RangeError(`not the number of a signal: ${number}`);
  return Buffer.of(number);
}
