import { lastError, textOf, windows, windowsFailure } from '../library.ts';
import { sidAt } from '../security-descriptor.ts';
import { accountOfSid } from '../tokens.ts';

/** An account that Windows can log on. */
export interface WindowsAccount {
  /** As the machine or the domain spells it. */
  readonly name: string;
  /** NetBIOS name of its domain; that of the machine for a local account. */
  readonly domain: string;
  readonly sid: string;
}

const lookupAccountName = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall LookupAccountNameW(str16 system, str16 name, _Out_ uint8_t *sid, _Inout_ uint32_t *sidSize, _Out_ uint8_t *domain, _Inout_ uint32_t *domainSize, _Out_ int *kind)',
);
const getComputerName = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall GetComputerNameW(_Out_ uint8_t *name, _Inout_ uint32_t *size)',
);

const USER = 1; // SidTypeUser
const NONE_MAPPED = 1332;
const MOST_SID_BYTES = 68;
const MOST_NAME = 256; // characters

/**
 * Finds the account of a name: `ada`, `DOMAIN\ada` or `ada@domain`. It may ask a domain controller.
 *
 * @returns undefined if there is none, or it is no user's
 * @throws SystemError if it cannot be asked for
 */
export function findWindowsAccount(name: string): WindowsAccount | undefined {
  const [sid, domain, kind] = [Buffer.alloc(MOST_SID_BYTES), Buffer.alloc(2 * MOST_NAME), [0]];
  if (!lookupAccountName(null, name, sid, [sid.length], domain, [MOST_NAME], kind)) {
    if (lastError() === NONE_MAPPED) return undefined;
    throw windowsFailure('LookupAccountName');
  }
  if (kind[0] !== USER) return undefined;
  const text = sidAt(sid, 0);
  return { ...accountOfSid(text), sid: text };
}

/** NetBIOS name of this machine, which is the domain of its local accounts. @throws SystemError */
export function machineName(): string {
  const name = Buffer.alloc(2 * MOST_NAME);
  if (!getComputerName(name, [MOST_NAME])) throw windowsFailure('GetComputerName');
  return textOf(name);
}
