import { closeHandle, lastError, windows } from '../library.ts';
import { groupsOfToken, nameOfSid, sidOfToken } from '../tokens.ts';

/** An account that was logged on: its token, to be closed, and what the token says. */
export interface LoggedOn {
  readonly token: number;
  readonly sid: string;
  /** Its groups by SID, each with its name: the SID again if it has none. Empty unless they were asked for. */
  readonly groups: readonly { readonly sid: string; readonly name: string }[];
}

const logonUser = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall LogonUserW(str16 user, str16 domain, void *password, uint32_t type, uint32_t provider, _Out_ intptr_t *token)',
);
const toWide = windows(
  'kernel32.dll',
  'int __stdcall MultiByteToWideChar(uint32_t page, uint32_t flags, void *bytes, int size, void *wide, int room)',
);

/**
 * LOGON32_LOGON_NETWORK_CLEARTEXT: the user comes over the network, which the right "Access this computer from the network"
 * is about; the token is one that processes can be started with, and can log on to other machines.
 */
const NETWORK_CLEARTEXT = 8;
const DEFAULT_PROVIDER = 0;
const UTF8 = 65_001;
const NO_INVALID_BYTES = 8;
const LOGON_FAILURE = 1326;

/**
 * Logs an account on. It may ask a domain controller, and so take long.
 *
 * @param password in UTF-8; wiped here
 * @returns the number of the error of Windows if it did not let it in
 * @throws SystemError if the token cannot be read
 */
export function logOn(
  domain: string,
  user: string,
  password: Uint8Array,
  wantsGroups: boolean,
): LoggedOn | { readonly error: number } {
  const token: [number] = [0];
  const error = withWide(password, (wide) => {
    if (!wide) return LOGON_FAILURE;
    return logonUser(user, domain, wide, NETWORK_CLEARTEXT, DEFAULT_PROVIDER, token) ? 0 : lastError();
  });
  if (error !== 0) return { error };
  try {
    const sids = wantsGroups ? groupsOfToken(token[0]) : [];
    const groups = sids.map((sid) => ({ sid, name: nameOfSid(sid) }));
    return { token: token[0], sid: sidOfToken(token[0]), groups };
  } catch (cause) {
    closeHandle(token[0]);
    throw cause;
  }
}

/** SECURITY: no string is made of a password, which could not be wiped. @param use gets none if it is not UTF-8 */
function withWide<T>(password: Uint8Array, use: (wide: Buffer | undefined) => T): T {
  const wide = Buffer.alloc(2 * (password.length + 1)); // with its NUL
  try {
    const units = toWide(UTF8, NO_INVALID_BYTES, password, password.length, wide, password.length);
    return use(units > 0 || password.length === 0 ? wide : undefined);
  } finally {
    password.fill(0);
    wide.fill(0);
  }
}
