import { nearestTo, plainWord } from '../text/index.ts';
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

/** The setting that a person means: any case, and any of the ways to part words. */
export const settingLike = (key: string): SettingName | undefined =>
  settingOf(key) ?? SETTING_NAMES.find((name) => plainWord(name) === plainWord(key));

/** The key that was probably meant. */
export const nearestKey = (key: string): string | undefined => nearestTo(key, [...BY_KEY.keys()]);
