import { SETTINGS, type SettingName } from './schema.ts';

/** Settings whose names begin with one of these words have a table of their own in the file: `logLevel` is `log.level`. */
const TABLES = ['log', 'tls'] as const;

const WORDS = /[A-Z]/g;

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** The key of a setting in the file and for rconfig. */
export function keyOf(name: SettingName): string {
  for (const table of TABLES) {
    const rest = name.slice(table.length);
    if (name.startsWith(table) && /^[A-Z]/.test(rest))
      return `${table}.${rest[0]!.toLowerCase()}${rest.slice(1)}`;
  }
  return name;
}

const BY_KEY = new Map(SETTING_NAMES.map((name) => [keyOf(name), name]));

export const settingOf = (key: string): SettingName | undefined => BY_KEY.get(key);

/** The flag of a setting: `requestSeconds` is `--request-seconds`. */
export const flagOf = (name: string): string =>
  `--${name.replace(WORDS, (letter) => `-${letter.toLowerCase()}`)}`;

/** The environment variable of a setting: `requestSeconds` is `REXECD_REQUEST_SECONDS`. */
export const variableOf = (name: string): string =>
  `REXECD_${name.replace(WORDS, (letter) => `_${letter}`).toUpperCase()}`;

/** A key as a person may spell it: `requestSeconds`, `request-seconds` and `REQUEST_SECONDS` are one. */
const plain = (key: string): string => key.replace(/[-_.]/g, '').toLowerCase();

/** The setting that a person means: any case, and any of the ways to part words. */
export const settingLike = (key: string): SettingName | undefined =>
  settingOf(key) ?? SETTING_NAMES.find((name) => plain(name) === plain(key));

/** The key that was probably meant. */
export const nearestKey = (key: string): string | undefined => nearestTo(key, [...BY_KEY.keys()]);

/** The word that was probably meant by another one; undefined if none is near. */
export function nearestTo(key: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((known) => ({ known, distance: distanceOf(plain(known), plain(key)) }))
    .sort((one, other) => one.distance - other.distance);
  return best && best.distance <= Math.max(2, key.length / 3) ? best.known : undefined;
}

/** Levenshtein's distance. */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j += 1) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === other[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[other.length]!;
}
