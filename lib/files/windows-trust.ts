import type { Security } from '../native/index.ts';

export const ADMINISTRATORS = 'S-1-5-32-544';
/** `NT SERVICE\\rexecd`, the account of the installed service: no one else has it, and it has no password. */
const SERVICE = 'S-1-5-80-3393874504-618588118-224755693-843464333-1561102004';

/** Groups and accounts that can change any file anyway: SYSTEM, Administrators, TrustedInstaller. */
const SYSTEM: ReadonlySet<string> = new Set([
  'S-1-5-18',
  ADMINISTRATORS,
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
 * that is found. The account of the service may read. Everyone is `S-1-1-0`.
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
    const isForService = sid === SERVICE && can === 'read';
    if (can && !inheritOnly && !isTrusted(sid) && !isForService) return { sid, can };
  }
  return undefined;
}

/**
 * Rights for one account, and for SYSTEM and Administrators, and no one else, in SDDL: full access to a thing, and to what is
 * made in it.
 *
 * @param owner `BA` for Administrators, or a SID
 */
export const privateRights = (owner: string): string =>
  `O:${owner}D:P${[...new Set(['SY', 'BA', owner])].map((sid) => `(A;OICI;FA;;;${sid})`).join('')}`;

/** The same, and the service can read it. */
export const readByService = (rights: string): string => `${rights}(A;OICI;0x1200a9;;;${SERVICE})`;
