import { FuzzError } from '../errors.ts';

/** A run of one byte is spelled `"u"*256` from this length on. */
const LONG_RUN = 12;
const SHORT: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '"': '\\"',
  '\\': '\\\\',
};
const LONG = Object.fromEntries(Object.entries(SHORT).map(([byte, text]) => [text, byte]));

/** Bytes as quoted text, printable ASCII as it is, runs of a byte shortened: `"0\0" "u"*257`. */
export function printBytes(bytes: Buffer): string {
  const words: string[] = [];
  let plain = '';
  for (let at = 0; at < bytes.length; ) {
    const run = runLength(bytes, at);
    const byte = escaped(bytes[at]!);
    if (run < LONG_RUN) plain += byte.repeat(run);
    else {
      if (plain !== '') words.push(`"${plain}"`);
      plain = '';
      words.push(`"${byte}"*${run}`);
    }
    at += run;
  }
  if (plain !== '' || words.length === 0) words.push(`"${plain}"`);
  return words.join(' ');
}

function runLength(bytes: Buffer, at: number): number {
  let end = at + 1;
  while (end < bytes.length && bytes[end] === bytes[at]) end += 1;
  return end - at;
}

function escaped(byte: number): string {
  const character = String.fromCharCode(byte);
  if (Object.hasOwn(SHORT, character)) return SHORT[character]!;
  return byte >= 0x20 && byte < 0x7f ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** A text from the server as reports may show it: all but printable ASCII escaped. */
export const printable = (text: string): string =>
  text.replaceAll(/[^\x20-\x7e]/gu, (character) => {
    const code = character.codePointAt(0)!;
    return code < 0x100 ? escaped(code) : `\\u{${code.toString(16)}}`;
  });

/** The same, quoted. */
export const shown = (text: string): string =>
  `"${printable(text.replaceAll(/["\\]/g, (character) => `\\${character}`))}"`;

/** @throws FuzzError `FUZZ_SCRIPT_INVALID` for an unknown escape */
export function readBytes(quoted: string): Buffer {
  if (/[^\t\x20-\x7e]/.test(quoted))
    throw new FuzzError(
      'FUZZ_SCRIPT_INVALID',
      'only ASCII is allowed between quotes; write other bytes as \\xHH',
    );
  const text = quoted.replace(/\\(?:x([0-9a-fA-F]{2})|[\s\S])|\\$/g, (spelled, hex?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    const byte = LONG[spelled];
    if (byte === undefined)
      throw new FuzzError(
        'FUZZ_SCRIPT_INVALID',
        `unknown escape ${spelled}; use \\0 \\n \\r \\t \\" \\\\ or \\xHH`,
      );
    return byte;
  });
  return Buffer.from(text, 'latin1');
}
