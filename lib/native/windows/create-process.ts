import { koffi } from '../koffi.ts';
import { lastError, wideString, windows, windowsFailure } from './library.ts';

/** A process to make. */
export interface WindowsProcess {
  readonly file: string; // absolute
  readonly commandLine: string;
  /** `NAME=value`, sorted by name as Windows has it. */
  readonly environment: readonly string[];
  readonly directory: string;
  /** The handles that become its standard ones; it gets no other. */
  readonly stdio: readonly [stdin: number, stdout: number, stderr: number];
}

/** A process that does nothing yet: its handles, to be closed, and its number. */
export interface SuspendedProcess {
  readonly process: number;
  readonly thread: number;
  readonly pid: number;
}

const createProcess = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall CreateProcessW(str16 file, void *line, void *processSecurity, void *threadSecurity, int inherit, uint32_t flags, void *environment, str16 directory, void *startup, void *information)',
);
const createProcessAsUser = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall CreateProcessAsUserW(intptr_t token, str16 file, void *line, void *processSecurity, void *threadSecurity, int inherit, uint32_t flags, void *environment, str16 directory, void *startup, void *information)',
);
const impersonate = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall ImpersonateLoggedOnUser(intptr_t token)',
);
const revertToSelf = windows<boolean>('advapi32.dll', 'bool __stdcall RevertToSelf()');
const initializeList = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall InitializeProcThreadAttributeList(void *list, uint32_t count, uint32_t flags, void *size)',
);
const updateList = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall UpdateProcThreadAttribute(void *list, uint32_t flags, uintptr_t attribute, void *value, size_t size, void *previous, void *returned)',
);
const deleteList = windows<void>('kernel32.dll', 'void __stdcall DeleteProcThreadAttributeList(void *list)');

/** STARTUPINFOEXW and PROCESS_INFORMATION on a 64-bit machine. */
const STARTUP = { size: 112, desktop: 16, flags: 60, stdin: 80, attributes: 104 } as const;
const USE_STANDARD_HANDLES = 0x100;
const INFORMATION = { size: 24, process: 0, thread: 8, pid: 16 } as const;
const HANDLE_LIST = 0x2_0002;
/** Suspended, UTF-16 environment, STARTUPINFOEXW, a console of its own without a window. */
const FLAGS = 0x4 | 0x400 | 0x8_0000 | 0x800_0000;
/**
 * The desktop of this process. A process of another account could not open that, and ends as soon as it loads user32.dll:
 * an empty name gives it one of its own logon.
 */
const NO_DESKTOP = 0n;
const NO_ERROR = 0;

/** Makes a process with the account of this one. @throws SystemError that names its file */
export const createOwnProcess = (start: WindowsProcess): SuspendedProcess =>
  create(start, NO_DESKTOP, (...words) => (createProcess(...words) ? NO_ERROR : lastError()));

/**
 * Makes a process of the account that a token is of. SECURITY: its file and its directory are looked for as that account,
 * and what is on a share is fetched as it, so that nothing is opened for it with the rights of this process. That may take
 * as long as the share likes.
 *
 * @throws SystemError that names its file
 */
export function createProcessAs(token: number, start: WindowsProcess): SuspendedProcess {
  const desktop = wideString('');
  return create(start, BigInt(koffi.address(desktop)), (...words) => {
    if (!impersonate(token)) return lastError();
    try {
      return createProcessAsUser(token, ...words) ? NO_ERROR : lastError();
    } finally {
      if (!revertToSelf()) process.exit(); // of this thread, which would continue as another account
    }
  });
}

type Words = readonly [file: string, ...words: unknown[]];

function create(
  { file, commandLine, environment, directory, stdio }: WindowsProcess,
  desktop: bigint,
  errorOf: (...words: Words) => number,
): SuspendedProcess {
  const handles = new BigInt64Array([...new Set(stdio)].map(BigInt)); // Windows refuses one that is listed twice
  const list = handleList(handles);
  const startup = Buffer.alloc(STARTUP.size);
  startup.writeUInt32LE(STARTUP.size);
  startup.writeBigUInt64LE(desktop, STARTUP.desktop);
  startup.writeUInt32LE(USE_STANDARD_HANDLES, STARTUP.flags);
  for (const [at, handle] of stdio.entries()) startup.writeBigInt64LE(BigInt(handle), STARTUP.stdin + 8 * at);
  startup.writeBigUInt64LE(BigInt(koffi.address(list)), STARTUP.attributes);
  const block = wideString(environment.map((entry) => `${entry}\0`).join(''));
  const information = Buffer.alloc(INFORMATION.size);
  const line = wideString(commandLine); // the function may write to it
  const error = errorOf(file, line, null, null, 1, FLAGS, block, directory, startup, information);
  deleteList(list);
  if (error !== NO_ERROR) throw windowsFailure(file, error);
  return {
    process: Number(information.readBigInt64LE(INFORMATION.process)),
    thread: Number(information.readBigInt64LE(INFORMATION.thread)),
    pid: information.readUInt32LE(INFORMATION.pid),
  };
}

/** The list points to `handles`, which its user has to keep. */
function handleList(handles: BigInt64Array): Buffer {
  const size = Buffer.alloc(8);
  initializeList(null, 1, 0, size);
  const list = Buffer.alloc(Number(size.readBigUInt64LE()));
  if (
    initializeList(list, 1, 0, size) &&
    updateList(list, 0, HANDLE_LIST, handles, handles.byteLength, null, null)
  )
    return list;
  throw windowsFailure('UpdateProcThreadAttribute');
}
