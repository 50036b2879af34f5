import type { ExitStatus } from './frames.ts';

/** Longest name of a signal in bytes. */
export const SIGNAL_NAME_LIMIT = 23;

/** Longest exit status in bytes, its NUL and newline included: `\0signal SIGRTMAX-14\n` with room to spare. */
export const LONGEST_STATUS = 32;

/** The first byte of an exit status. */
export const STATUS_START = 0x00;

const SIGNAL_NAME = /^[A-Z0-9+-]+$/;
const COMPLETE = /^\0(?:exit (?<code>\d{1,3})|signal (?<signal>[A-Z0-9+-]+))\n$/;

/** Whether it is the name of a signal as an exit status has it. */
export const isSignalName = (name: string): boolean =>
  name.length <= SIGNAL_NAME_LIMIT && SIGNAL_NAME.test(name);

/** Whether `text` is the beginning of an exit status, or all of it; latin1. */
export function mayBecomeStatus(text: string): boolean {
  return ['\0exit ', '\0signal '].some((head) =>
    text.length < head.length
      ? head.startsWith(text)
      : text.startsWith(head) && /^[A-Z0-9+-]*\n?$/.test(text.slice(head.length)),
  );
}

/** The exit status that these bytes are; undefined if they are something else. */
export function readExitStatus(bytes: Buffer): ExitStatus | undefined {
  const { code, signal } = COMPLETE.exec(bytes.toString('latin1'))?.groups ?? {};
  if (signal !== undefined) return { type: 'signaled', signal };
  return code !== undefined && Number(code) <= 255 ? { type: 'exited', code: Number(code) } : undefined;
}

/**
 * The exit status as it follows the last byte of stderr: `\0exit N\n` or `\0signal NAME\n`.
 *
 * @throws RangeError for a code that is not 0 to 255 or a signal name that a {@link StderrDecoder} would not know
 */
export function encodeExitStatus(status: ExitStatus): Buffer {
  const known =
    status.type === 'exited'
      ? Number.isInteger(status.code) && status.code >= 0 && status.code <= 255
      : isSignalName(status.signal);
  if (!known) throw new RangeError(`not an exit status: ${JSON.stringify(status)}`);
  const words = status.type === 'exited' ? `exit ${status.code}` : `signal ${status.signal}`;
  return Buffer.from(`\0${words}\n`, 'latin1');
}
