import type { Security } from '../native/index.ts';

/** Groups and accounts that can change any file anyway: SYSTEM, Administrators, TrustedInstaller. */
const SYSTEM: ReadonlySet<string> = new Set([
  'S-1-5-18',
  'S-1-5-32-544',
  'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464',
]);
/** Stand for the owner, who is judged for himself: CREATOR OWNER, OWNER RIGHTS. */
const OWNERS: ReadonlySet<string> = new Set(['S-1-3-0', 'S-1-3-4']);

/** Each of these lets its holder change what a file says, or who may do so: data, attributes, deletion, access, GENERIC_…. */
const WRITE = 0x520d_0156;
/** FILE_READ_DATA, GENERIC_READ, and those that contain them. */
const READ = 0x9200_0001;
/** The same for a folder and what is in it already: FILE_DELETE_CHILD, deletion, access, GENERIC_…. */
const REPLACE = 0x520d_0040;

/** What others must not be able to do. */
export type Forbidden = 'write' | 'read' | 'replace';

/** An account or a group, by its SID, and what it can do that it must not; `own` says that the thing belongs to it. */
export interface Stranger {
  readonly sid: string;
  readonly can: Forbidden | 'own';
}

const RIGHTS = { write: WRITE, read: READ, replace: REPLACE } as const;

/**
 * Who besides the system, its administrators and this account owns a thing, or can do with it what is forbidden: the first
 * that is found. Everyone is `S-1-1-0`.
 *
 * @param own SID of this account
 */
export function strangerTo(
  { owner, grants }: Security,
  forbidden: readonly Forbidden[],
  own: string,
): Stranger | undefined {
  const isTrusted = (sid: string) => SYSTEM.has(sid) || OWNERS.has(sid) || sid === own;
  if (!SYSTEM.has(owner) && owner !== own) return { sid: owner, can: 'own' };
  if (grants === undefined) return { sid: 'S-1-1-0', can: forbidden[0]! };
  for (const { sid, rights, inheritOnly } of grants) {
    const can = forbidden.find((each) => (rights & RIGHTS[each]) !== 0);
    if (can && !inheritOnly && !isTrusted(sid)) return { sid, can };
  }
  return undefined;
}

/** In SDDL: this account owns it; full access for the system, its administrators and this account, and for no one else, also to what is made inside. */
export const ownersOnly = (own: string): string =>
  `O:${own}D:P${['SY', 'BA', own].map((sid) => `(A;OICI;FA;;;${sid})`).join('')}`;

/** The same without this account, and with Administrators as the owner. */
export const ADMINISTRATORS_ONLY = 'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)';
