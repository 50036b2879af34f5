import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Identity } from './identity.ts';

/** Who may log in, and who may not, by name. Empty lists allow everyone and deny no one. */
export interface AccountLists {
  readonly allowUsers: readonly string[];
  readonly denyUsers: readonly string[];
  readonly allowGroups: readonly string[];
  readonly denyGroups: readonly string[];
}

/** Which accounts may log in, besides having the right password. */
export interface AccountRules extends AccountLists {
  readonly allowRoot: boolean;
  readonly minimumUid: number;
  /** `listed`: in /etc/shells. `usable`: any that lets its user in, so not nologin or false. */
  readonly shells: 'listed' | 'usable' | 'any';
  /** While one of {@link NOLOGIN_FILES} is there, only root logs in. */
  readonly nologin: boolean;
}

/** What the rules need to know of the machine at the moment of a login. */
export interface Machine {
  readonly listedShells: readonly string[];
  readonly nologinFile: string | undefined;
}

const NOLOGIN_FILES = ['/etc/nologin', '/run/nologin'];
const SHELLS_FILE = '/etc/shells';
const NO_SHELLS = ['nologin', 'false'];

/** Why an account may not log in; undefined when it may. */
export function refusedBy(
  rules: AccountRules,
  { user, uid, shell }: Identity,
  groups: readonly string[],
  { listedShells, nologinFile }: Machine,
): string | undefined {
  const program = shell || '/bin/sh'; // an empty field, passwd(5)
  if (uid === 0 && !rules.allowRoot) return 'uid 0 may not log in (setting accounts.allowRoot)';
  if (uid !== 0 && uid < rules.minimumUid)
    return `uid ${uid} is below accounts.minimumUid ${rules.minimumUid}`;
  const unlisted = refusedByLists(rules, user, groups);
  if (unlisted !== undefined) return unlisted;
  if (rules.shells !== 'any' && NO_SHELLS.includes(basename(program)))
    return `shell ${program} does not permit logins (setting accounts.shells)`;
  if (rules.shells === 'listed' && !listedShells.includes(program))
    return `shell ${program} is not in ${SHELLS_FILE} (setting accounts.shells)`;
  if (rules.nologin && nologinFile !== undefined && uid !== 0)
    return `${nologinFile} exists (setting accounts.nologin)`;
  return undefined;
}

/** Why the lists of users and groups do not let an account in; undefined if they do. */
export function refusedByLists(
  rules: AccountLists,
  user: string,
  groups: readonly string[],
): string | undefined {
  const among = (list: readonly string[]) => groups.find((group) => list.includes(group));
  if (rules.denyUsers.includes(user)) return 'the user is in accounts.denyUsers';
  const denied = among(rules.denyGroups);
  if (denied !== undefined) return `group ${denied} is in accounts.denyGroups`;
  if (rules.allowUsers.length > 0 || rules.allowGroups.length > 0) {
    if (!rules.allowUsers.includes(user) && among(rules.allowGroups) === undefined)
      return 'the user is neither in accounts.allowUsers nor in a group of accounts.allowGroups';
  }
  return undefined;
}

/** Reads what {@link refusedBy} asks, on the machine's own disk; a file that is not there says nothing. */
export function machineNow(): Machine {
  return { listedShells: listedShells(), nologinFile: NOLOGIN_FILES.find((file) => existsSync(file)) };
}

function listedShells(): string[] {
  try {
    const lines = readFileSync(SHELLS_FILE, 'utf8').split('\n');
    return lines.filter((line) => line.startsWith('/'));
  } catch {
    return [];
  }
}
