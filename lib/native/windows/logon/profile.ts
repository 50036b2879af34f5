import { koffi } from '../../koffi.ts';
import { textOf, wideString, windows, windowsFailure } from '../library.ts';
import { enablePrivilege } from '../tokens.ts';

/** The profile of an account, loaded: its part of the registry, its folder and its environment. */
export interface Profile {
  /** For {@link unloadProfile}. */
  readonly handle: number;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

const loadUserProfile = windows<boolean>(
  'userenv.dll',
  'bool __stdcall LoadUserProfileW(intptr_t token, void *information)',
);
const unloadUserProfile = windows<boolean>(
  'userenv.dll',
  'bool __stdcall UnloadUserProfile(intptr_t token, intptr_t profile)',
);
const profileDirectory = windows<boolean>(
  'userenv.dll',
  'bool __stdcall GetUserProfileDirectoryW(intptr_t token, _Out_ uint8_t *folder, _Inout_ uint32_t *size)',
);
const createEnvironment = windows<boolean>(
  'userenv.dll',
  'bool __stdcall CreateEnvironmentBlock(_Out_ void **block, intptr_t token, int inherit)',
);
const destroyEnvironment = windows<boolean>(
  'userenv.dll',
  'bool __stdcall DestroyEnvironmentBlock(void *block)',
);

/** PROFILEINFOW on a 64-bit machine. */
const INFORMATION = { size: 56, flags: 4, user: 8, handle: 48 } as const;
const NO_MESSAGES = 1; // PI_NOUI
/** What LoadUserProfile takes. */
const PRIVILEGES = ['SeBackupPrivilege', 'SeRestorePrivilege'];
const MOST_PATH = 1024; // characters

/**
 * Loads the profile of an account, which is made if it has none, until {@link unloadProfile}. A roaming one is not fetched.
 *
 * @param token of the account @param user its name without its domain
 * @throws SystemError; Error if this process lacks a privilege
 */
export function loadProfile(token: number, user: string): Profile {
  for (const privilege of PRIVILEGES)
    if (!enablePrivilege(privilege)) throw new Error(`LoadUserProfile: ${privilege} is missing`);
  const name = wideString(user);
  const information = Buffer.alloc(INFORMATION.size);
  information.writeUInt32LE(INFORMATION.size);
  information.writeUInt32LE(NO_MESSAGES, INFORMATION.flags);
  information.writeBigUInt64LE(BigInt(koffi.address(name)), INFORMATION.user);
  if (!loadUserProfile(token, information)) throw windowsFailure('LoadUserProfile');
  const handle = Number(information.readBigInt64LE(INFORMATION.handle));
  try {
    return { handle, folder: profileFolder(token), environment: environmentOf(token) };
  } catch (cause) {
    unloadUserProfile(token, handle);
    throw cause;
  }
}

/** @throws SystemError */
export function unloadProfile(token: number, handle: number): void {
  if (!unloadUserProfile(token, handle)) throw windowsFailure('UnloadUserProfile');
}

function profileFolder(token: number): string {
  const folder = Buffer.alloc(2 * MOST_PATH);
  if (!profileDirectory(token, folder, [MOST_PATH])) throw windowsFailure('GetUserProfileDirectory');
  return textOf(folder);
}

/** The variables that Windows gives a new process of an account: of the machine, and of its own. @throws SystemError */
export function environmentOf(token: number): Record<string, string> {
  const block: [unknown] = [null];
  if (!createEnvironment(block, token, 0)) throw windowsFailure('CreateEnvironmentBlock');
  try {
    return Object.fromEntries(entriesOf(block[0]));
  } finally {
    destroyEnvironment(block[0]);
  }
}

/** Texts one after another, up to an empty one. The first character of a name may be a `=`. */
function* entriesOf(block: unknown): Generator<[name: string, value: string]> {
  for (let at = 0; ; ) {
    const entry: string = koffi.decode(block, at, 'char16_t', -1);
    if (entry === '') return;
    const equals = entry.indexOf('=', 1);
    yield [entry.slice(0, equals), entry.slice(equals + 1)];
    at += 2 * (entry.length + 1);
  }
}
