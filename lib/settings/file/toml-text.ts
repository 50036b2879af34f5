const NAME = String.raw`(?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*')`;
const KEY = String.raw`${NAME}(?:[ \t]*\.[ \t]*${NAME})*`;
const TEXT = String.raw`"(?:[^"\\]|\\.)*"|'[^']*'`;

/** A table's line, without its end. */
export const HEADER = new RegExp(String.raw`^\s*\[\s*(${KEY})\s*\]\s*(?:#.*)?$`);
export const KEY_AND_EQUALS = new RegExp(String.raw`^\s*(${KEY})\s*=[ \t]*`);
export const COMMENT = /^\s*#/;

const ELEMENT = new RegExp(String.raw`^(\s*)(${TEXT})(?:\s*,)?(\s*(?:#.*)?)$`);
const TOKEN = new RegExp(
  String.raw`"""(?:[^\\]|\\[^])*?"""(?!")|'''[^]*?'''(?!')|${TEXT}|(?<comment>[ \t]*#.*)`,
  'g',
);

/** A value as TOML, on one line. */
export const written = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(written).join(', ')}]`
    : JSON.stringify(value).replaceAll('\x7f', '\\u007f');

/** The comments of a text, each without the space before it. */
export const commentsIn = (text: string): string[] =>
  [...text.matchAll(TOKEN)].flatMap(({ groups }) => groups?.comment?.trim() ?? []);

/** The comment behind a value on its last line, with the space before it. */
export function commentBehind(text: string): string {
  const last = [...text.matchAll(TOKEN)].at(-1);
  const comment = last?.groups?.comment;
  return comment !== undefined && last!.index + comment.length === text.length ? comment : '';
}

/**
 * An array of texts that has a line for each, with other elements: those that stay keep their lines and the comments
 * above them. Undefined when the array is not written so.
 */
export function relisted(
  lines: readonly string[],
  present: readonly unknown[],
  wanted: readonly unknown[],
): string[] | undefined {
  const [first = '', ...inner] = lines;
  const last = inner.pop() ?? '';
  if (!/\[\s*(#.*)?$/.test(first) || !/^\s*\]/.test(last)) return undefined;
  const known = new Map<unknown, string[]>();
  let indent = '  ';
  let index = 0;
  let block: string[] = []; // an element's line, and the comments and empty lines above it
  for (const line of inner) {
    const [, space = '', text, comment] = ELEMENT.exec(line) ?? [];
    if (text === undefined && !/^\s*(#|$)/.test(line)) return undefined;
    block.push(text === undefined ? line : `${space}${text},${comment}`);
    if (text === undefined) continue;
    indent = space;
    known.set(present[index], block);
    index += 1;
    block = [];
  }
  const elements = wanted.flatMap((value) => known.get(value) ?? [`${indent}${written(value)},`]);
  return [first, ...elements, ...block, last];
}
