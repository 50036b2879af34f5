import { isUtf8 } from 'node:buffer';

/** Bytes of peers and of the system, and the text that is made of them. */
export { nearestTo, plainWord } from './nearest.ts';
export {
  bounded,
  printable,
  printableJson,
  printableLines,
  printableText,
  unquoted,
  type Value,
  wellFormed,
} from './printable.ts';

/** A well-formed sequence of UTF-8 (Unicode, table 3-7), else one byte; bytes as latin1. */
const SEQUENCES =
  /[\0-\x7f]+|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g;
const ESCAPED = 0xdc00; // plus the byte
const ESCAPES = /([\udc80-\udcff]+)/u;

/** Bytes as text for the log: what is malformed in the charset, any label that `TextDecoder` knows, becomes U+FFFD. */
export const textOf = (bytes: Uint8Array, charset: string): string =>
  new TextDecoder(charset, { ignoreBOM: true }).decode(bytes);

/**
 * Bytes as a string that no other bytes have, to be compared, kept as a key, or sent as JSON: UTF-8, and each byte that
 * is part of no well-formed sequence as the lone surrogate U+DC00 plus the byte (`surrogateescape`, PEP 383).
 * {@link bytesOf} is the way back.
 */
export function exactText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  return bytes
    .toString('latin1')
    .replace(SEQUENCES, (sequence) =>
      sequence.length === 1 && sequence > '\x7f'
        ? String.fromCharCode(ESCAPED + sequence.charCodeAt(0))
        : Buffer.from(sequence, 'latin1').toString('utf8'),
    );
}

/** A user name as {@link exactText}: names of the system are UTF-8. Bytes that are malformed in the charset stay as they are. */
export function nameOf(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset, { ignoreBOM: true, fatal: true }).decode(bytes);
  } catch {
    return exactText(bytes);
  }
}

/** The bytes of an {@link exactText}; of any other well-formed text its UTF-8. */
export const bytesOf = (text: string): Buffer =>
  Buffer.concat(
    text.split(ESCAPES).map((part, index) => Buffer.from(part, index % 2 === 1 ? 'latin1' : 'utf8')),
  );
