import { SystemError } from '../base/index.ts';
import { exactText } from '../text/index.ts';
import { cString, inThreadPool, koffi, libc } from './koffi.ts';

/** An account as the system's name sources know it (nsswitch.conf): files, LDAP, SSSD. Its strings are exact texts. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

const getpwnam = libc.func(
  'int getpwnam_r(const char *name, void *entry, void *text, size_t size, void *found)',
);
const getpwuid = libc.func('int getpwuid_r(uint32_t uid, void *entry, void *text, size_t size, void *found)');
const getgrgid = libc.func('int getgrgid_r(uint32_t gid, void *entry, void *text, size_t size, void *found)');
const getgrouplist = libc.func('int getgrouplist(const char *name, uint32_t gid, void *gids, void *count)');

/** Byte offsets in Linux' struct passwd and struct group on a 64-bit machine. */
const PASSWD = { size: 48, name: 0, uid: 16, gid: 20, home: 32, shell: 40 } as const;
const GROUP = { size: 32, name: 0 } as const;

const FIRST_TEXT_BYTES = 1024;
const MOST_TEXT_BYTES = 1024 * 1024;
const MOST_GROUPS = 65_536; // NGROUPS_MAX
const ERANGE = 34;

/** @returns undefined for a name that no source knows. Rejects when the sources could not be asked. */
export async function findAccount(name: string): Promise<Account | undefined> {
  if (name.includes('\0')) return undefined; // C would look up what is before it
  const found = await lookUp(`user ${name}`, PASSWD.size, (...buffers) =>
    inThreadPool(getpwnam, cString(name), ...buffers),
  );
  return (
    found && {
      name: found.textAt(PASSWD.name),
      uid: found.entry.readUInt32LE(PASSWD.uid),
      gid: found.entry.readUInt32LE(PASSWD.gid),
      home: found.textAt(PASSWD.home),
      shell: found.textAt(PASSWD.shell),
    }
  );
}

/** Every group of an account, the primary one first. */
export async function groupsOf({ name, gid }: Account): Promise<number[]> {
  for (let room = 64; room <= MOST_GROUPS; room *= 4) {
    const gids = Buffer.alloc(room * 4);
    const count = Buffer.alloc(4);
    count.writeInt32LE(room);
    if ((await inThreadPool<number>(getgrouplist, cString(name), gid, gids, count)) >= 0)
      return Array.from({ length: count.readInt32LE() }, (_, index) => gids.readUInt32LE(index * 4));
  }
  throw new Error(`user ${name} has more than ${MOST_GROUPS} groups`);
}

/** @returns undefined for an account that no source knows */
export async function findAccountName(uid: number): Promise<string | undefined> {
  const found = await lookUp(`user ${uid}`, PASSWD.size, (...buffers) =>
    inThreadPool(getpwuid, uid, ...buffers),
  );
  return found?.textAt(PASSWD.name);
}

/** @returns undefined for a group that no source knows */
export async function findGroupName(gid: number): Promise<string | undefined> {
  const found = await lookUp(`group ${gid}`, GROUP.size, (...buffers) =>
    inThreadPool(getgrgid, gid, ...buffers),
  );
  return found?.textAt(GROUP.name);
}

interface Found {
  readonly entry: Buffer;
  textAt(pointer: number): string;
}

type Ask = (entry: Buffer, text: Buffer, size: number, result: Buffer) => Promise<number>;

/** The way of all get…_r functions: an entry whose pointers lead into a text buffer, grown until it is large enough. */
async function lookUp(what: string, entrySize: number, ask: Ask): Promise<Found | undefined> {
  for (let size = FIRST_TEXT_BYTES; size <= MOST_TEXT_BYTES; size *= 4) {
    const entry = Buffer.alloc(entrySize);
    const text = Buffer.alloc(size);
    const result = Buffer.alloc(8);
    const error = await ask(entry, text, size, result);
    if (error === ERANGE) continue;
    if (result.readBigUInt64LE() !== 0n) return { entry, textAt: (pointer) => textAt(entry, text, pointer) };
    if (error === 0 || NOT_FOUND.has(error)) return undefined;
    throw new SystemError(`cannot look up ${what}`, error);
  }
  throw new Error(`${what} has an entry of more than ${MOST_TEXT_BYTES} bytes`);
}

/** What sources answer, besides 0, for a name they do not know (getpwnam(3), ERRORS): ENOENT, ESRCH, EBADF, EPERM. */
const NOT_FOUND: ReadonlySet<number> = new Set([2, 3, 9, 1]);

function textAt(entry: Buffer, text: Buffer, pointer: number): string {
  const start = Number(entry.readBigUInt64LE(pointer) - BigInt(koffi.address(text)));
  return exactText(text.subarray(start, text.indexOf(0, start)));
}
