import { domainNames } from '../pam/domain-users.ts';

/** A name to look an account up by, and whether it may be an account of this machine, or only one of a domain. */
export interface LookedFor {
  readonly name: string;
  readonly local: boolean;
}

/** `ada`, `.\ada` and `MACHINE\ada` are users of this machine. */
const LOCAL = /^(?:(?<domain>[^\\@]+)\\)?(?<name>[^\\@]+)$/;

/**
 * The names to look a user up by, best first (rexecd(8), domain users): the local user, and only where domain users may
 * log in, those that {@link domainNames} has.
 *
 * @param machine NetBIOS name of this machine
 */
export function namesOf(
  user: string,
  machine: string,
  { domainUsers, domain: form }: { readonly domainUsers: boolean; readonly domain: string },
): LookedFor[] {
  if (!user.isWellFormed()) return []; // Windows has UTF-16
  const { domain, name } = LOCAL.exec(user)?.groups ?? {};
  const isOwn = domain === '.' || domain?.toLowerCase() === machine.toLowerCase();
  const here = name !== undefined && (domain === undefined || isOwn);
  const local = here ? [{ name: `${machine}\\${name}`, local: true }] : [];
  if (!domainUsers || isOwn) return local;
  return [...local, ...domainNames(user, form).map((each) => ({ name: each, local: false }))];
}
