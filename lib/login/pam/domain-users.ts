/** How a name source spells its users: `user`, `user@DOMAIN`, `DOMAIN\user`; `user` is literal, the domain is not. */
const FORM = /^(?:user|user@(?<after>[^@\\\s]+)|(?<before>[^@\\\s]+)\\user)$/;

/**
 * The names to look a user up by who is not local (rexecd(8), domain users), best first. What the peer sent counts as
 * it is; where the setting names a domain, so do its other spellings: with the domain added, and without.
 *
 * A name of another domain than that one has no other spelling, so it leads to no account of ours.
 */
export function domainNames(user: string, form: string): string[] {
  const { after, before } = FORM.exec(form)?.groups ?? {};
  const domain = after ?? before;
  if (domain === undefined) return [user];
  const [, prefix, middle, suffix] = /^(?:([^@\\]+)\\)?([^@\\]+)(?:@([^@\\]+))?$/.exec(user) ?? [];
  const named = prefix ?? suffix;
  if (middle === undefined || (prefix !== undefined && suffix !== undefined)) return [user];
  if (named !== undefined && named.toLowerCase() !== domain.toLowerCase()) return [user];
  const full = after === undefined ? `${domain}\\${middle}` : `${middle}@${domain}`;
  return [...new Set([full, user, middle])];
}
