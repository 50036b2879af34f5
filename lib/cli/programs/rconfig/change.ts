import {
  type Guard,
  type Policy,
  type Resolved,
  resolveSettings,
  SettingsError,
  TomlDocument,
} from '../../../settings/index.ts';
import { announce, ReloadRefusedError } from '../common/reload.ts';
import { faultOf } from '../common/would-start.ts';

/** A settings file that is to be changed, and the daemon that reads it. */
export interface ChangedFile {
  readonly path: string;
  /** The same as a daemon knows it. */
  readonly config: string;
  /** Whether a running daemon is to read it again. */
  readonly reload: boolean;
  /** The settings as they are at the moment. @throws SettingsError if one is wrong */
  readonly now: () => Promise<Resolved>;
  readonly policy: () => Promise<Policy | undefined>;
}

/** What a change says, and what came of it for a running daemon. */
export interface Changed {
  readonly said: string;
  readonly announcement: string | undefined;
  /** Why the daemon does not take it, although the file is changed. */
  readonly refusal: unknown;
}

/**
 * Does a change of a settings file. One that a daemon would refuse leaves the file as it was, unless the daemon would
 * refuse that too: faults are put right one by one.
 *
 * @throws SettingsError that says why the daemon refuses it
 */
export async function changeOf(
  { path, config, reload, now, policy }: ChangedFile,
  work: (guard: Guard) => Promise<string>,
): Promise<Changed> {
  const before = await now().catch(() => undefined);
  const wasGood = before !== undefined && (await faultOf(before)) === undefined;
  let announcement: string | undefined;
  let refusal: unknown;

  async function allow(text: string): Promise<void> {
    const file = { path, document: new TomlDocument(path, text) };
    const fault = await faultOf(resolveSettings({ file, policy: await policy() }));
    if (fault !== undefined)
      throw new SettingsError(`${path} was not changed: the daemon would not start with it: ${fault}`);
  }

  async function announced(): Promise<void> {
    if (!reload) return;
    const after = await now();
    announcement = await announce({ ...(before ?? after), config }, after.settings);
  }

  async function confirm(): Promise<void> {
    try {
      await announced();
    } catch (error) {
      if (wasGood && error instanceof ReloadRefusedError)
        throw new SettingsError(`${path} was not changed: ${error.message}`, { cause: error });
      refusal = error; // the file is better than it was
    }
  }

  const said = await work({ ...(wasGood && { allow }), confirm });
  if (announcement === undefined && refusal === undefined) await announced(); // the file said so already
  return { said, announcement, refusal };
}
