import type { LoggedOn, WindowsAccount } from '../../native/index.ts';
import { type AccountLists, refusedByLists } from '../account-rules.ts';

/** A group of a domain: its name is known only there. */
const OF_A_DOMAIN = /^S-1-5-21-/;
/** A group that every Windows has. Its domain has another name in some languages: `VORDEFINIERT`. */
const BUILTIN = /^S-1-5-32-/;

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** What names an account: `ada` if it is of this machine, else `DOMAIN\ada`. @param machine its NetBIOS name */
export const nameOfAccount = ({ domain, name }: WindowsAccount, machine: string): string =>
  same(domain, machine) ? name : `${domain}\\${name}`;

/** Whether it is an account of this machine. */
export const isLocal = ({ domain }: WindowsAccount, machine: string): boolean => same(domain, machine);

/**
 * Why an account that was logged on may not log in; undefined if it may. The lists have names as {@link nameOfAccount}
 * has them, of groups such as `Administrators` or `DOMAIN\staff`; those of this machine with its name or `BUILTIN` as well,
 * as `whoami` prints them; or SIDs. Case does not count.
 *
 * SECURITY: what was logged on must be the account that was found. A group without a name may be one that is denied.
 */
export function refusedOnWindows(
  rules: AccountLists,
  machine: string,
  account: WindowsAccount,
  { sid, groups }: Pick<LoggedOn, 'sid' | 'groups'>,
): string | undefined {
  const user = nameOfAccount(account, machine);
  if (sid !== account.sid) return `Windows logged on ${sid} instead of ${user} (${account.sid})`;
  const nameless = groups.find((group) => group.name === group.sid && OF_A_DOMAIN.test(group.sid));
  if (nameless && rules.denyGroups.length > 0)
    return `group ${nameless.sid} has no name now, and may be in accounts.denyGroups`;
  const names = groups.flatMap((group) => namesOfGroup(group, machine));
  const spellings = [user, `${account.domain}\\${account.name}`, sid];
  if (isLocal(account, machine)) spellings.push(`.\\${account.name}`);
  const users = (list: readonly string[]) =>
    list.map((each) => (spellings.some((spelling) => same(spelling, each)) ? user : each));
  const lists = {
    allowUsers: users(rules.allowUsers),
    denyUsers: users(rules.denyUsers),
    allowGroups: rules.allowGroups.map(toLower),
    denyGroups: rules.denyGroups.map(toLower),
  };
  return refusedByLists(lists, user, names.map(toLower));
}

/** Groups that every Windows has, and those of the machine, are called by their bare names, too. */
function namesOfGroup({ sid, name }: LoggedOn['groups'][number], machine: string): string[] {
  const [domain = '', short] = name.split('\\');
  const isBare = short !== undefined && (BUILTIN.test(sid) || same(domain, machine));
  return isBare ? [short, name, sid] : [name, sid];
}

const toLower = (text: string): string => text.toLowerCase();
