import { CodecError } from './errors.ts';
import type { ExitStatus } from './frames.ts';
import { isSignalName } from './grammar.ts';
import { DIAGNOSTIC_LIMIT } from './limits.ts';

/** The bytes of acceptance: one NUL. It travels in a segment of its own (protocol.md 1.2). A new buffer each time. */
export const encodeAccepted = (): Buffer => Buffer.alloc(1);

/**
 * A refusal: byte 1, one line, newline (protocol.md 1.3).
 *
 * @throws CodecError `REXEC_CONTROL_CHARACTER` for a control character, `REXEC_FIELD_TOO_LONG` over 1024 bytes
 */
export function encodeRefused(text: string): Buffer {
  if (/[\x00-\x1f\x7f]/.test(text)) {
    throw new CodecError('REXEC_CONTROL_CHARACTER', 'diagnostic', 'diagnostic contains a control character');
  }
  const bytes = Buffer.from(`\x01${text}\n`, 'utf8');
  if (bytes.length - 2 > DIAGNOSTIC_LIMIT) {
    throw new CodecError(
      'REXEC_FIELD_TOO_LONG',
      'diagnostic',
      `diagnostic is longer than ${DIAGNOSTIC_LIMIT} bytes`,
    );
  }
  return bytes;
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
