import { allowedBy } from './describe.ts';
import { SettingsError } from './errors.ts';
import { flagOf, keyOf, nearestKey, SETTING_NAMES, settingOf, variableOf } from './names.ts';
import { capped, NO_POLICY, type Policy, same } from './policy.ts';
import { explain, SETTINGS, type SettingName, type Settings } from './schema.ts';
import type { TomlDocument } from './toml-document.ts';

/** Raw values of one source, as given; a value that is undefined is not set. */
export type Layer = Readonly<Partial<Record<SettingName, unknown>>>;

/** Everything settings come from; the later wins, and the policy over all. */
export interface Sources {
  readonly file?: { readonly path: string; readonly document: TomlDocument } | undefined;
  readonly environment?: NodeJS.ProcessEnv;
  readonly flags?: Layer;
  readonly policy?: Policy | undefined;
}

/** Where a value comes from: `default`, `file:line`, a variable, a flag, or the policy. */
export interface Resolved {
  readonly settings: Settings;
  readonly origins: Readonly<Record<SettingName, string>>;
  /** What the policy took away, for the log: `maxConnections 10 -> 1`. */
  readonly capped: readonly string[];
}

/** @throws SettingsError for a value that is not allowed and for a key that does not exist */
export function resolveSettings({
  file,
  environment = {},
  flags = {},
  policy = NO_POLICY,
}: Sources): Resolved {
  const values = new Map<SettingName, unknown>();
  const origins = new Map<SettingName, string>();
  const put = (name: SettingName, value: unknown, origin: string) => {
    values.set(name, readValue(name, value, origin));
    origins.set(name, origin);
  };
  for (const name of SETTING_NAMES) put(name, undefined, 'default');
  for (const { key, value, from } of file?.document.assignments ?? []) {
    const where = `${file!.path}:${from}`;
    const name = settingOf(key);
    if (name === undefined)
      throw new SettingsError(`${where}: unknown setting ${key}${whatIsMeant(nearestKey(key))}`);
    if (origins.get(name)?.startsWith(file!.path)) throw new SettingsError(`${where}: ${key} is set twice`);
    put(name, value, where);
  }
  for (const name of SETTING_NAMES) {
    const variable = variableOf(name);
    if (environment[variable] !== undefined) put(name, environment[variable], variable);
    if (flags[name] !== undefined) put(name, flags[name], flagOf(name));
  }
  const lost: string[] = [];
  for (const [name, rule] of policy) {
    const value = values.get(name);
    const left = readValue(name, capped(rule, value), 'policy');
    if (same(left, value)) continue;
    lost.push(`${keyOf(name)} ${JSON.stringify(value)} -> ${JSON.stringify(left)}`);
    values.set(name, left);
    origins.set(name, 'policy');
  }
  return {
    settings: Object.fromEntries(values) as Settings,
    origins: Object.fromEntries(origins) as Record<SettingName, string>,
    capped: lost,
  };
}

/**
 * Settings from default, environment and flags alone.
 *
 * @throws SettingsError for a value that is not allowed
 */
export const loadSettings = (environment: NodeJS.ProcessEnv, flags: Layer): Settings =>
  resolveSettings({ environment, flags }).settings;

/** A value as its setting has it. @throws SettingsError that names the origin and what is allowed */
export function readValue(name: SettingName, value: unknown, origin: string): unknown {
  const result = SETTINGS[name].safeParse(value);
  if (result.success) return result.data;
  const where = origin.includes(':') ? `${origin}: ${keyOf(name)}` : origin;
  const allowed = allowedBy(name);
  const why = allowed === 'string' ? explain(result.error) : allowed;
  throw new SettingsError(`${where}: invalid value ${JSON.stringify(value)}; allowed: ${why}`);
}

export const whatIsMeant = (nearest: string | undefined): string =>
  nearest === undefined ? '' : `; did you mean ${nearest}?`;
