import { describeSettings } from '../../../settings/index.ts';
import { type Completion, SHELLS } from '../common/completion/index.ts';

/** Commands whose first word is a key. */
const TAKE_A_KEY = ['get', 'set', 'unset', 'explain'];

/** Where keys of settings may come, and after `set` the values of those that have few. */
export function settingPlaces(): Completion['places'] {
  const settings = describeSettings();
  const keys = settings.map(({ key, meaning }) => [key, meaning] as const);
  const few = settings.filter(({ choices }) => choices.length > 0);
  return [
    ...TAKE_A_KEY.map((command) => [`${command}/`, keys] as const),
    ['completion/', SHELLS.map((shell) => [shell, ''] as const)],
    ...few.map(
      ({ key, choices }) => [`set/${key}/`, choices.map((choice) => [String(choice), ''] as const)] as const,
    ),
  ];
}
