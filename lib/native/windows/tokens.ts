import { koffi } from '../koffi.ts';
import { closeHandle, currentProcess, lastError, textOf, windows, windowsFailure } from './library.ts';
import { sidAt } from './security-descriptor.ts';

const TOKEN_QUERY = 0x8;
const TOKEN_ADJUST_PRIVILEGES = 0x20;
const [TOKEN_USER, TOKEN_GROUPS, TOKEN_PRIVILEGES] = [1, 2, 3];
const POINTER_BYTES = 8;
const SID_AND_ATTRIBUTES_BYTES = 16;
const ENABLED = 0x2;
const LUID_AND_ATTRIBUTES_BYTES = 12;
const MOST_BYTES = 64 * 1024;
const MOST_SID_BYTES = 68;
const MOST_NAME = 256; // characters

const localFree = windows('kernel32.dll', 'intptr_t __stdcall LocalFree(intptr_t memory)');
const openProcessToken = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall OpenProcessToken(intptr_t process, uint32_t access, _Out_ intptr_t *token)',
);
const getTokenInformation = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall GetTokenInformation(intptr_t token, int what, _Out_ uint8_t *bytes, uint32_t size, _Out_ uint32_t *needed)',
);
const lookupPrivilegeName = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall LookupPrivilegeNameW(str16 system, uint8_t *luid, _Out_ uint8_t *name, _Inout_ uint32_t *characters)',
);
const lookupPrivilegeValue = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall LookupPrivilegeValueW(str16 system, str16 name, _Out_ uint8_t *luid)',
);
const adjustPrivileges = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall AdjustTokenPrivileges(intptr_t token, bool all, uint8_t *privileges, uint32_t size, intptr_t before, intptr_t needed)',
);
const sidFromText = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall ConvertStringSidToSidW(str16 text, _Out_ intptr_t *sid)',
);
const checkTokenMembership = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall CheckTokenMembership(intptr_t token, intptr_t sid, _Out_ int *isMember)',
);
const lookupAccountSid = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall LookupAccountSidW(str16 system, intptr_t sid, _Out_ uint8_t *name, _Inout_ uint32_t *nameSize, _Out_ uint8_t *domain, _Inout_ uint32_t *domainSize, _Out_ int *kind)',
);

/**
 * The privileges in the token of this process, by their names: `SeTcbPrivilege`. One that is there and not enabled counts,
 * because its holder may enable it.
 *
 * @throws SystemError
 */
export function ownPrivileges(): Set<string> {
  const bytes = withOwnToken(TOKEN_QUERY, (token) => information(token, TOKEN_PRIVILEGES));
  const names = Array.from({ length: bytes.readUInt32LE(0) }, (_, index) => {
    const at = 4 + index * LUID_AND_ATTRIBUTES_BYTES;
    return privilegeName(bytes.subarray(at, at + 8));
  });
  return new Set(names);
}

/** Enables a privilege of this process. False if its token does not have it. @throws SystemError */
export function enablePrivilege(name: string): boolean {
  const entry = Buffer.alloc(4 + LUID_AND_ATTRIBUTES_BYTES); // TOKEN_PRIVILEGES with one
  entry.writeUInt32LE(1);
  entry.writeUInt32LE(ENABLED, 4 + POINTER_BYTES);
  if (!lookupPrivilegeValue(null, name, entry.subarray(4, 4 + POINTER_BYTES))) throw windowsFailure(name);
  return withOwnToken(TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES, (token) => {
    if (!adjustPrivileges(token, false, entry, entry.length, 0, 0)) throw windowsFailure(name);
    return lastError() === 0; // of a call that has done a part: one that is not there is an error, too
  });
}

/** The SID of the account that this process runs as. @throws SystemError */
export const ownSid = (): string => withOwnToken(TOKEN_QUERY, sidOfToken);

/** The SID of the account that a token is of. @throws SystemError */
export const sidOfToken = (token: number): string => sidAt(information(token, TOKEN_USER), 2 * POINTER_BYTES); // the only thing there is to follow

/** The SIDs of the groups that a token is a member of, those included that count for refusals only. @throws SystemError */
export function groupsOfToken(token: number): string[] {
  const bytes = information(token, TOKEN_GROUPS);
  const begin = BigInt(koffi.address(bytes));
  return Array.from({ length: bytes.readUInt32LE(0) }, (_, index) => {
    const pointer = bytes.readBigUInt64LE(POINTER_BYTES + index * SID_AND_ATTRIBUTES_BYTES);
    return sidAt(bytes, Number(pointer - begin));
  });
}

/** Whether this process may act as a member of a group, such as an elevated administrator. @throws SystemError */
export function isMemberOf(group: string): boolean {
  const [found, isMember] = [[0], [0]];
  if (!sidFromText(group, found)) throw windowsFailure(`group ${group}`);
  try {
    if (!checkTokenMembership(0, found[0], isMember)) throw windowsFailure('token of this process');
    return isMember[0] !== 0;
  } finally {
    localFree(found[0]);
  }
}

/** The account or group of a SID; some have no domain. @throws SystemError if there is none, or it cannot be asked for */
export function accountOfSid(sid: string): { readonly name: string; readonly domain: string } {
  const found = [0];
  if (!sidFromText(sid, found)) throw windowsFailure('ConvertStringSidToSid');
  try {
    const [name, domain] = [Buffer.alloc(MOST_NAME * 2), Buffer.alloc(MOST_NAME * 2)];
    if (!lookupAccountSid(null, found[0], name, [MOST_NAME], domain, [MOST_NAME], [0]))
      throw windowsFailure('LookupAccountSid');
    return { name: textOf(name), domain: textOf(domain) };
  } finally {
    localFree(found[0]);
  }
}

/** The name of an account or a group, as `BUILTIN\Users`; the SID itself if it has none. */
export function nameOfSid(sid: string): string {
  try {
    const { name, domain } = accountOfSid(sid);
    return [domain, name].filter((part) => part !== '').join('\\');
  } catch {
    return sid;
  }
}

function privilegeName(luid: Buffer): string {
  const name = Buffer.alloc(MOST_NAME * 2);
  if (!lookupPrivilegeName(null, luid, name, [MOST_NAME])) throw windowsFailure('privileges of this process');
  return textOf(name);
}

function withOwnToken<T>(access: number, use: (token: number) => T): T {
  const token: [number] = [0];
  if (!openProcessToken(currentProcess(), access, token)) throw windowsFailure('token of this process');
  try {
    return use(token[0]);
  } finally {
    closeHandle(token[0]);
  }
}

function information(token: number, what: number): Buffer {
  const bytes = Buffer.alloc(MOST_BYTES + MOST_SID_BYTES);
  if (!getTokenInformation(token, what, bytes, bytes.length, [0])) throw windowsFailure('token');
  return bytes;
}
