import { reasonOf } from '../../base/index.ts';
import {
  type Change,
  changeSettings,
  checkPolicy,
  type Guard,
  keyOf,
  type Policy,
  type Resolved,
  readValue,
  settingOf,
} from '../../settings/index.ts';
import { RefusedChange, type Wanted } from '../daemon/verbs.ts';
import { EDITABLE, whyNot } from './editable.ts';
import { sourceOf } from './rows.ts';

/** What a change needs of the daemon. */
export interface ChangeDesk {
  /** Absolute path of the settings file; empty: there is none. */
  readonly path: string;
  readonly policy: Policy | undefined;
  readonly origins: Resolved['origins'];
  /** @throws Error if the daemon would not start with a file that says this */
  check(text: string): Promise<void>;
  /** Reads the settings again. @throws Error, and nothing has changed */
  reload(): Promise<unknown>;
}

/**
 * Changes settings in the file and in the daemon that runs, all or none.
 *
 * @throws RefusedChange; nothing was written then
 */
export async function changeByPanel(desk: ChangeDesk, wanted: readonly Wanted[]): Promise<void> {
  const { path, policy } = desk;
  if (path === '')
    throw new RefusedChange('This daemon reads no settings file, so nothing can be changed in one.');
  const errors = new Map<string, string>(); // a key may be any word
  const changes = wanted.flatMap((each): Change[] => {
    try {
      return [checked(each, desk)];
    } catch (error) {
      errors.set(each.key, reasonOf(error));
      return [];
    }
  });
  if (errors.size > 0)
    throw new RefusedChange(
      'The daemon refused the change; nothing was written.',
      Object.fromEntries(errors),
    );
  if (new Set(changes.map(({ name }) => name)).size < changes.length)
    throw new RefusedChange('A setting is changed twice; nothing was written.');
  const guard: Guard = {
    allow: desk.check,
    confirm: async () => {
      await desk.reload();
    },
  };
  try {
    if (!(await changeSettings(path, changes, policy, guard))) await desk.reload(); // the file said so already
  } catch (error) {
    throw new RefusedChange(`Nothing was written: ${reasonOf(error)}`);
  }
}

/** @throws Error whose message is about the value alone: the page shows it at the setting */
function checked({ key, value }: Wanted, { origins, policy }: ChangeDesk): Change {
  const name = settingOf(key);
  if (name === undefined) throw new Error('unknown setting');
  if (!EDITABLE.has(name)) throw new Error(`not from this page: ${whyNot(name)}`);
  const { layer, where } = sourceOf(origins[name]);
  if (layer === 'env' || layer === 'flag')
    throw new Error(`${where} overrules the file: change how the daemon is started`);
  if (value === undefined) return { name, value };
  try {
    const read = readValue(name, value, keyOf(name));
    checkPolicy(policy ?? new Map(), name, read);
    return { name, value: read };
  } catch (error) {
    throw new Error(reasonOf(error).replace(`${key}: `, ''));
  }
}
