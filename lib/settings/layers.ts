import { explain, SETTINGS, type SettingName, type Settings } from './schema.ts';

/** Raw values of one source, as given; a value that is undefined is not set. */
export type Layer = Readonly<Partial<Record<SettingName, unknown>>>;

/** A setting that does not hold: its message names the source, the setting and what is allowed. */
export class SettingsError extends Error {
  readonly code = 'REXEC_SETTING_INVALID';
}

/** The flag of a setting: `requestSeconds` is `--request-seconds`. */
export const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The environment variable of a setting: `requestSeconds` is `REXECD_REQUEST_SECONDS`. */
export const variableOf = (name: string): string =>
  `REXECD_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/**
 * Settings from their layers: default, then environment, then flags; the later wins.
 *
 * @throws SettingsError for a value that is not allowed
 */
export function loadSettings(environment: NodeJS.ProcessEnv, flags: Layer): Settings {
  const names = Object.keys(SETTINGS) as SettingName[];
  const entries = names.map((name) => {
    const variable = variableOf(name);
    if (flags[name] !== undefined) return [name, read(name, flags[name], flagOf(name))];
    if (environment[variable] !== undefined) return [name, read(name, environment[variable], variable)];
    return [name, read(name, undefined, name)];
  });
  return Object.fromEntries(entries) as Settings;
}

function read(name: SettingName, value: unknown, source: string): unknown {
  const result = SETTINGS[name].safeParse(value);
  if (result.success) return result.data;
  throw new SettingsError(`${source}: ${JSON.stringify(value)} is not allowed: ${explain(result.error)}`);
}
