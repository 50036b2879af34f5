import { SettingsError } from '../errors.ts';
import { nearestKey, settingOf, whatIsMeant } from '../names.ts';
import { LISTENER_NAMES, type OldKey, oldKey } from './old-keys.ts';

/** What a key of a file is about; without a name, nothing. */
export interface FileKey extends OldKey {
  /** Of an earlier version. */
  readonly isOld: boolean;
}

/** The keys of one file, each of which may say a thing once. */
export class FileKeys {
  readonly #seen = new Set<string>();

  /** @throws SettingsError for a key that does not exist, and for one that says again what another one said */
  read(key: string, where: string): FileKey {
    const old = oldKey(key);
    const name = settingOf(key) ?? old?.name;
    if (!old && name === undefined)
      throw new SettingsError(`${where}: unknown setting ${key}${whatIsMeant(nearestKey(key))}`);
    const subject = old?.part ?? name ?? key;
    const rivals = old?.part ? ['listen'] : subject === 'listen' ? LISTENER_NAMES : [];
    if ([subject, ...rivals].some((each) => this.#seen.has(each)))
      throw new SettingsError(`${where}: ${key} is set twice`);
    this.#seen.add(subject);
    return { name, part: old?.part, isOld: old !== undefined };
  }
}
