import { CodecError } from '../errors.ts';
import { Parser } from '../parser.ts';

/** The first byte of a reply: the login was accepted, and stdout follows. */
export const STATUS_ACCEPTED = 0x00;

/** The first byte of a reply: the request was refused, and one line follows. */
export const STATUS_REFUSED = 0x01;

/** What ends a diagnostic. */
export const NEWLINE = 0x0a;

const status = new Parser().uint8('status', {
  assert: (byte) => byte === STATUS_ACCEPTED || byte === STATUS_REFUSED,
  formatter: (byte) => byte === STATUS_ACCEPTED,
});
status.compile();

/** Whether the first byte of a reply accepts (protocol.md 1.2, 1.3). @throws CodecError `REXEC_STATUS_INVALID` */
export function readsAccepted(byte: Buffer): boolean {
  try {
    return status.parse(byte).status;
  } catch (cause) {
    throw new CodecError('REXEC_STATUS_INVALID', 'status', `reply begins with byte ${byte[0]}, not 0 or 1`, {
      cause,
    });
  }
}

const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** A diagnostic up to its newline. Daemons of other systems localise it in any charset: bad bytes become U+FFFD. */
export const readDiagnostic = (bytes: Buffer): string => lenient.decode(bytes);
