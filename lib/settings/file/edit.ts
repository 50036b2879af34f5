import { type Description, describeSetting, settingsTemplate } from '../describe.ts';
import { SettingsError } from '../errors.ts';
import { readPart, readValue, resolveSettings, type Sources } from '../layers.ts';
import { flagOf, keyOf, nearestKey, SETTING_NAMES, settingLike, variableOf, whatIsMeant } from '../names.ts';
import { checkPolicy, NO_POLICY, type Policy, same } from '../policy.ts';
import { SETTINGS, type SettingName } from '../schema/index.ts';
import { alter, type Guard } from './alter.ts';
import { FileKeys } from './file-keys.ts';
import { listenWith, oldKey, oldKeysOf, partsOf } from './old-keys.ts';
import { TomlDocument } from './toml-document.ts';

/** A setting in words, and how it stands. */
export interface Standing extends Description {
  readonly flag: string;
  readonly variable: string;
  readonly value: unknown;
  /** `default`, `file:line`, a variable, or `policy`. */
  readonly source: string;
  /** Whether the value is another than the default. */
  readonly changed: boolean;
}

/** What is wrong in a file; the message names file, line, key and what is allowed. */
export interface Problem {
  readonly line: number; // 0: not known
  readonly key: string; // '': not about one
  readonly message: string;
}

/** A value for a setting in the file; undefined takes the setting out of it. */
export interface Change {
  readonly name: SettingName;
  readonly value: unknown;
}

/** Every setting as the sources have it. @throws SettingsError for a value that is not allowed */
export function listSettings(sources: Sources): Standing[] {
  const { settings, origins } = resolveSettings(sources);
  return SETTING_NAMES.map((name) => {
    const description = describeSetting(name);
    return {
      ...description,
      flag: flagOf(name),
      variable: variableOf(name),
      value: settings[name],
      source: origins[name],
      changed: !same(settings[name], description.fallback),
    };
  });
}

/** The setting of a key, however it is spelled; of a part of `listen`, that. @throws SettingsError that names the nearest */
export function findSetting(key: string): SettingName {
  const name = settingLike(key) ?? oldKey(key)?.name;
  if (name !== undefined) return name;
  throw new SettingsError(`unknown setting ${key}${whatIsMeant(nearestKey(key))}`);
}

/** A change of a file from the words of a command line. Of a part of `listen`, such as `port`, it is one of `listen`. */
export function changeFrom(key: string, words: readonly string[], file: Sources['file']): Change {
  const part = oldKey(key)?.part;
  if (part !== undefined) {
    const { listen } = resolveSettings({ file }).settings;
    return { name: 'listen', value: listenWith(listen, { [part]: readPart(part, words.join(','), key) }) };
  }
  const name = findSetting(key);
  return { name, value: valueFrom(name, words) };
}

/** The value of a key, which may be a part of `listen`. */
export function valueIn(key: string, { name, value }: Standing): unknown {
  const part = name === 'listen' ? oldKey(key)?.part : undefined;
  return part === undefined ? value : partsOf(value as string[])[part];
}

/** A value from the words of a command line: a list takes several, each of which may have commas. */
export function valueFrom(name: SettingName, words: readonly string[]): unknown {
  const isList = Array.isArray(SETTINGS[name].parse(undefined));
  if (!isList && words.length !== 1) throw new SettingsError(`${keyOf(name)} takes a single value`);
  return readValue(name, words.join(','), keyOf(name));
}

/** Everything that is wrong in a settings file, in the order of its lines; of what is not TOML, the first. */
export function problemsIn(path: string, text: string, policy: Policy = NO_POLICY): Problem[] {
  try {
    const { assignments } = new TomlDocument(path, text);
    const keys = new FileKeys();
    return assignments.flatMap(({ key, value, from }) => {
      const message = problemOf(`${path}:${from}`, key, value, policy, keys);
      return message === undefined ? [] : [{ line: from, key, message }];
    });
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const [, line = 0] = /^:(\d+):/.exec(error.message.slice(path.length)) ?? [];
    return [{ line: Number(line), key: '', message: error.message }];
  }
}

function problemOf(where: string, key: string, value: unknown, policy: Policy, keys: FileKeys) {
  try {
    const { name, part } = keys.read(key, where);
    if (part) readPart(part, value, `${where}: ${key}`);
    else if (name) checkPolicy(policy, name, readValue(name, value, where, key));
    return undefined;
  } catch (error) {
    const { message } = error as SettingsError;
    return message.startsWith(where) ? message : `${where}: ${message}`;
  }
}

/**
 * Changes settings in a file, all or none; a file that is not there is made from the template.
 *
 * @returns false when the file said so already
 * @throws SettingsError when a value or the policy does not let it be, or the file cannot be read or written
 */
export async function changeSettings(
  path: string,
  changes: readonly Change[],
  policy: Policy = NO_POLICY,
  guard: Guard = {},
): Promise<boolean> {
  for (const { name, value } of changes)
    if (value !== undefined) checkPolicy(policy, name, readValue(name, value, keyOf(name)));
  const isRemoval = changes.every(({ value }) => value === undefined);
  const change = (before: string | undefined) => {
    if (before === undefined && isRemoval) return undefined;
    const document = new TomlDocument(path, before ?? settingsTemplate());
    for (const { name, value } of changes) {
      for (const old of oldKeysOf(name)) document.unset(old);
      if (value === undefined) document.unset(keyOf(name));
      else document.set(keyOf(name), value);
    }
    assertSays(path, document.text, changes);
    return document.text;
  };
  return alter(path, change, guard);
}

/** Takes a key out of a file that is no setting. @returns false when it is not there */
export async function removeKey(path: string, key: string, guard: Guard = {}): Promise<boolean> {
  const change = (before: string | undefined) => {
    if (before === undefined) return undefined;
    const document = new TomlDocument(path, before);
    document.unset(key);
    return document.text;
  };
  return alter(path, change, guard);
}

/**
 * Gives a file another text, which is known to have no problem.
 *
 * @param expected what the file said when the text was made from it; undefined: it was not there
 * @throws SettingsError when it no longer says that, or cannot be written
 */
export async function replaceSettings(
  path: string,
  expected: string | undefined,
  text: string,
  guard: Guard = {},
): Promise<boolean> {
  const change = (before: string | undefined) => {
    if (before !== expected)
      throw new SettingsError(`${path} was changed by another program in the meantime`);
    return text;
  };
  return alter(path, change, guard);
}

/** A file of unusual form, for example with `log = {}`, cannot take every key. */
function assertSays(path: string, text: string, changes: readonly Change[]): void {
  for (const { name, value } of changes) {
    const said = valuesIn(path, text, keyOf(name));
    if (!said || !same(said, value === undefined ? [] : [value]))
      throw new SettingsError(
        `${path}: cannot change ${keyOf(name)} in the form in which it is written; edit the file by hand`,
      );
  }
}

/** Undefined when the text is no TOML. */
function valuesIn(path: string, text: string, wanted: string): unknown[] | undefined {
  try {
    const { assignments } = new TomlDocument(path, text);
    return assignments.filter(({ key }) => key === wanted).map(({ value }) => value);
  } catch {
    return undefined;
  }
}
