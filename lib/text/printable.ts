const LONGEST = 512;
const CONTROL = /[^\P{Cc}\t\n]/gu;
const INVISIBLE = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

export type Value = string | number;

/** A value that is not longer than a log has room for: a text is cut after 512 characters. */
export const bounded = <V extends Value>(value: V): V | string =>
  typeof value === 'string' && value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;

/**
 * A value as a log may show it: a number bare, a text quoted, its control and invisible characters escaped
 * (a newline could forge a line, an escape sequence could drive the reader's terminal).
 */
export const printable = (value: Value): string =>
  typeof value === 'number' ? String(value) : printableJson(value);

/** The same unquoted. */
export const unquoted = (value: Value): string =>
  printable(String(value)).slice(1, -1).replaceAll('\\"', '"');

/** A text from the other end as a terminal may show it: bounded, escaped, unquoted. */
export const printableText = (text: string): string => unquoted(bounded(text));

/** A message of one line or several as a terminal may show it: whole, its other control characters escaped. */
export const printableLines = (text: string): string =>
  text.replace(CONTROL, escaped).replace(INVISIBLE, escaped);

/** A value for an encoding that makes every character safe: well-formed Unicode. */
export const wellFormed = (value: Value): Value => (typeof value === 'number' ? value : value.toWellFormed());

/** JSON that no terminal takes for anything but text. */
export const printableJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(INVISIBLE, escaped);

const escaped = (character: string): string =>
  character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
