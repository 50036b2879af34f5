import { nearestTo, plainWord } from '../text/index.ts';
import { SETTINGS, type SettingName, TABLES } from './schema/index.ts';

const WORDS = /[A-Z]/g;

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

const TABLE_OF = new Map(
  Object.entries(TABLES).flatMap(([table, settings]) => Object.keys(settings).map((name) => [name, table])),
);

/** The table of a setting in the file; empty if it stands outside of them. */
export const tableOf = (name: SettingName): string => TABLE_OF.get(name)!;

/** The key of a setting in the file and for rconfig: its table, and its name without the word that is the table's. */
export function keyOf(name: SettingName): string {
  const table = tableOf(name);
  if (table === '') return name;
  const words = name.replace(WORDS, (letter) => ` ${letter.toLowerCase()}`).split(' ');
  const [first = '', ...others] = words.filter((word) => word !== table);
  return `${table}.${first}${others.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')}`;
}

const BY_KEY = new Map(SETTING_NAMES.map((name) => [keyOf(name), name]));

export const settingOf = (key: string): SettingName | undefined => BY_KEY.get(key);

/** The flag of a setting: `requestSeconds` is `--request-seconds`. */
export const flagOf = (name: string): string =>
  `--${name.replace(WORDS, (letter) => `-${letter.toLowerCase()}`)}`;

/** The environment variable of a setting: `requestSeconds` is `REXECD_REQUEST_SECONDS`. */
export const variableOf = (name: string): string =>
  `REXECD_${name.replace(WORDS, (letter) => `_${letter}`).toUpperCase()}`;

/** The setting that a person means: by key or name, in any case, and with any of the ways to part words. */
export const settingLike = (key: string): SettingName | undefined =>
  settingOf(key) ??
  SETTING_NAMES.find((name) => [name, keyOf(name)].some((each) => plainWord(each) === plainWord(key)));

/** The key that was probably meant. */
export function nearestKey(key: string): string | undefined {
  const nearest = nearestTo(key, [...BY_KEY.keys(), ...SETTING_NAMES]);
  return nearest === undefined ? undefined : keyOf(settingOf(nearest) ?? (nearest as SettingName));
}

/** The same as the end of an error. */
export const whatIsMeant = (nearest: string | undefined): string =>
  nearest === undefined ? '' : `; did you mean ${nearest}?`;
