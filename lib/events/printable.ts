const LONGEST = 512;
const INVISIBLE = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

const cut = (value: string): string => (value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);

/**
 * A value as a log may show it: a number bare, a text quoted, its control and invisible characters escaped
 * (a newline could forge a line, an escape sequence could drive the reader's terminal), cut after 512 characters.
 */
export function printable(value: string | number): string {
  return typeof value === 'number' ? String(value) : printableJson(cut(value));
}

/** A text from the other end as a terminal may show it, unquoted. */
export const printableText = (text: string): string => printable(text).slice(1, -1).replaceAll('\\"', '"');

/** A value that an encoding of its own makes safe: as long as any other, and well-formed Unicode. */
export const bounded = (value: string | number): string | number =>
  typeof value === 'number' ? value : cut(value).toWellFormed();

/** JSON that no terminal takes for anything but text. */
export const printableJson = (value: unknown): string => JSON.stringify(value).replace(INVISIBLE, escaped);

const escaped = (character: string): string =>
  character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
