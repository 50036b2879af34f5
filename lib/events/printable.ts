const LONGEST = 512;

/**
 * A value as a log may show it: a number bare, a text quoted, its control and invisible characters escaped
 * (a newline could forge a line, an escape sequence could drive the reader's terminal), cut after 512 characters.
 */
export function printable(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const shown = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  return JSON.stringify(shown).replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

/** A text from the other end as a terminal may show it, unquoted. */
export const printableText = (text: string): string => printable(text).slice(1, -1).replaceAll('\\"', '"');

const escaped = (character: string): string =>
  character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
