import { closeHandle, textOf, windows, windowsFailure } from './library.ts';
import { sidAt } from './security-descriptor.ts';

const TOKEN_QUERY = 0x8;
const [TOKEN_USER, TOKEN_PRIVILEGES] = [1, 3];
const POINTER_BYTES = 8;
const LUID_AND_ATTRIBUTES_BYTES = 12;
const MOST_BYTES = 64 * 1024;
const MOST_SID_BYTES = 68;
const MOST_NAME = 256; // characters

const currentProcess = windows('kernel32.dll', 'intptr_t __stdcall GetCurrentProcess()');
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
  const bytes = ownToken(TOKEN_PRIVILEGES);
  const names = Array.from({ length: bytes.readUInt32LE(0) }, (_, index) => {
    const at = 4 + index * LUID_AND_ATTRIBUTES_BYTES;
    return privilegeName(bytes.subarray(at, at + 8));
  });
  return new Set(names);
}

/** The SID of the account that this process runs as. @throws SystemError */
export function ownSid(): string {
  const bytes = ownToken(TOKEN_USER);
  return sidAt(bytes, 2 * POINTER_BYTES); // the only thing there is to follow
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

/** The name of an account or a group, as `BUILTIN\Users`; the SID itself if it has none. */
export function nameOfSid(sid: string): string {
  const found = [0];
  if (!sidFromText(sid, found)) return sid;
  try {
    const [name, domain] = [Buffer.alloc(MOST_NAME * 2), Buffer.alloc(MOST_NAME * 2)];
    if (!lookupAccountSid(null, found[0], name, [MOST_NAME], domain, [MOST_NAME], [0])) return sid;
    return [textOf(domain), textOf(name)].filter((part) => part !== '').join('\\');
  } finally {
    localFree(found[0]);
  }
}

function privilegeName(luid: Buffer): string {
  const name = Buffer.alloc(MOST_NAME * 2);
  if (!lookupPrivilegeName(null, luid, name, [MOST_NAME])) throw windowsFailure('privileges of this process');
  return textOf(name);
}

function ownToken(what: number): Buffer {
  const token: [number] = [0];
  if (!openProcessToken(currentProcess(), TOKEN_QUERY, token)) throw windowsFailure('token of this process');
  try {
    const bytes = Buffer.alloc(MOST_BYTES + MOST_SID_BYTES);
    if (!getTokenInformation(token[0], what, bytes, bytes.length, [0]))
      throw windowsFailure('token of this process');
    return bytes;
  } finally {
    closeHandle(token[0]);
  }
}
