import {
  GONE,
  LISTENER_NAMES,
  loadSettings,
  readPart,
  readValue,
  SETTING_NAMES,
  type Settings,
  SettingsError,
} from '../settings/index.ts';
import { nearestTo } from '../text/index.ts';

/** Options that are no settings, and whether they must be given. */
const FUNCTIONS = { authenticate: true, launch: false, onEvent: false } as const;

/** @throws SettingsError for an option that is missing, or is not a function */
export function checkFunctions(options: object): void {
  for (const [name, required] of Object.entries(FUNCTIONS)) {
    const value: unknown = Reflect.get(options, name);
    if (value === undefined && required)
      throw new SettingsError(`option ${name} is missing; allowed: function`);
    if (value !== undefined && typeof value !== 'function')
      throw new SettingsError(`option ${name}: invalid value of type ${typeof value}; allowed: function`);
  }
}

/**
 * Settings of a daemon in a program: what the options leave out has its default, except the port: 0, a free one.
 *
 * @throws SettingsError for an unknown option and for a value that is not allowed, in the words of the options
 */
export function settingsOf(options: Partial<Settings>): Settings {
  for (const [name, value] of Object.entries(options)) {
    const part = LISTENER_NAMES.find((each) => each === name);
    if (part !== undefined) readPart(part, value, `option ${name}`);
    if (part !== undefined || GONE.some((each) => each === name)) continue;
    const setting = SETTING_NAMES.find((each) => each === name);
    if (setting === undefined) {
      const nearest = nearestTo(name, [...SETTING_NAMES, ...Object.keys(FUNCTIONS)]);
      throw new SettingsError(
        `unknown option ${name}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
      );
    }
    readValue(setting, value, `option ${name}`);
  }
  return loadSettings({}, { listen: ['127.0.0.1:0'], ...options });
}
