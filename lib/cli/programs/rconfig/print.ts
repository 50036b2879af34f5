import { basename } from 'node:path';
import {
  type Description,
  describeSetting,
  flagOf,
  type Standing,
  variableOf,
} from '../../../settings/index.ts';
import { cut } from '../common/page.ts';

const HEADINGS = ['SETTING', 'VALUE', 'SOURCE', 'DEFAULT', 'MEANING'];
const GAP = '  ';
const WIDEST = 26; // of a cell on a terminal, except key and meaning
const LEAST_MEANING = 30; // with less room it has a line of its own

/** A value for people. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : value.map(shown).join(',');
  return typeof value === 'string' && /^[^\s"'[\],\p{C}]+$/u.test(value) ? value : JSON.stringify(value);
}

/** A value for programs: `rconfig set` takes it back. */
export const bare = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value));

/** Settings as a table, as wide as the terminal; without one as wide as it takes. */
export function listing(standings: readonly Standing[], width = Number.POSITIVE_INFINITY): string {
  const rows = standings.map(({ key, value, source, fallback }) => [
    key,
    shown(value),
    source.includes(':') ? basename(source) : source,
    shown(fallback),
  ]);
  const meanings = standings.map(({ meaning }) => meaning);
  const widest = width === Number.POSITIVE_INFINITY ? width : WIDEST;
  const widths = [0, 1, 2, 3].map((column) =>
    Math.min(
      column === 0 ? width : widest,
      Math.max(...[HEADINGS, ...rows].map((row) => row[column]!.length)),
    ),
  );
  const left = width - widths.reduce((sum, each) => sum + each + GAP.length, 0);
  return [HEADINGS, ...rows]
    .flatMap((row, index) => {
      const cells = widths.map((each, column) => cut(row[column]!, each).padEnd(each));
      const meaning = index === 0 ? HEADINGS[4]! : meanings[index - 1]!;
      if (left >= LEAST_MEANING) return [[...cells, cut(meaning, left)].join(GAP)];
      const line = cut(cells.join(GAP).trimEnd(), width);
      return index === 0 ? [line] : [line, `${GAP}${cut(meaning, width - GAP.length)}`];
    })
    .map((line) => `${line}\n`)
    .join('');
}

/** Everything about a setting except its value. */
export function explanation({ name, key, meaning, allowed, fallback }: Description): string {
  return `${key}: ${meaning}
  allowed      ${allowed}
  default      ${shown(fallback)}
  flag         ${flagOf(name)} VALUE
  environment  ${variableOf(name)}
  file         ${key.includes('.') ? `${key.split('.')[1]} in the table [${key.split('.')[0]}]` : key}
`;
}

/** The same for programs. */
export function record(name: Description['name']) {
  const { key, meaning, allowed, fallback } = describeSetting(name);
  return { key, default: fallback, meaning, allowed, flag: flagOf(name), variable: variableOf(name) };
}

/** A setting and how it stands, for programs. */
export const standingRecord = ({ name, value, source, changed }: Standing) => ({
  ...record(name),
  value,
  source,
  changed,
});

/** JSON for programs, and readable. */
export const asJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
