import {
  describeSetting,
  flagOf,
  GONE,
  groupOf,
  LISTENER_NAMES,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
} from '../../../settings/index.ts';
import { type Command, Option } from '../common/command.ts';
import { placeholderOf } from './setting-value.ts';

/**
 * Gives a program an option for each setting, in groups. What help says of one comes from its schema, when help is asked
 * for: to work it out takes longer than all else that is done with a command line.
 *
 * @returns the values that the setting of an option has, if these are few
 */
export function addSettingOptions(program: Command): (option: Option) => readonly string[] {
  for (const name of [...LISTENER_NAMES, ...GONE])
    if (name !== 'host' && name !== 'port')
      program.addOption(new Option(`${flagOf(name)} <value>`).hideHelp());
  const names = new Map<Option, SettingName>();
  for (const group of new Set(SETTING_NAMES.map(groupOf)))
    for (const name of SETTING_NAMES.filter((each) => groupOf(each) === group)) {
      const option = isSwitch(name)
        ? new Option(`${flagOf(name)} [value]`).preset('true')
        : new Option(`${flagOf(name)} <value>`).argParser((value, previous: string | undefined) =>
            together(name, value, previous),
          );
      option.helpGroup(`${group}:`);
      names.set(option, name);
      program.addOption(option);
    }
  program.configureHelp({
    ...program.configureHelp(),
    optionTerm(option) {
      const name = names.get(option);
      if (name === undefined) return option.flags;
      const value = placeholderOf(name);
      return `${flagOf(name)} ${option.optional ? `[${value}]` : `<${value}>`}`;
    },
    optionDescription(option) {
      const name = names.get(option);
      if (name === undefined) return option.description;
      const { meaning, fallback } = describeSetting(name);
      return `${meaning} (default: ${JSON.stringify(fallback)})`;
    },
  });
  return (option) => {
    const name = names.get(option);
    return name === undefined ? [] : describeSetting(name).choices.map(String);
  };
}

/** Whether the option of a setting alone says something. */
const isSwitch = (name: SettingName): boolean => typeof SETTINGS[name].parse(undefined) === 'boolean';

/** A list that is given in parts has them all; of another setting the last value counts. */
const together = (name: SettingName, value: string, previous: string | undefined): string =>
  previous !== undefined && Array.isArray(describeSetting(name).fallback) ? `${previous},${value}` : value;
