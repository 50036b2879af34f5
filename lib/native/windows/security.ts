import { closeHandle, INVALID_HANDLE, windows, windowsFailure } from './library.ts';
import { parseSecurity, type Security } from './security-descriptor.ts';

const OWNER = 0x1;
const DACL = 0x4;
const PROTECTED_DACL = 0x8000_0000;
const MOST_BYTES = 64 * 1024; // an access control list has no more
const SDDL_REVISION = 1;

const READ_CONTROL = 0x2_0000;
const WRITE_DAC = 0x4_0000;
const WRITE_OWNER = 0x8_0000;
const OPEN_EXISTING = 3;
/** SECURITY: the process that made the pipe learns nothing of this one, and cannot act for it (SECURITY_SQOS_PRESENT, anonymous). */
const ANONYMOUS = 0x10_0000;

const getKernelObjectSecurity = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall GetKernelObjectSecurity(intptr_t object, uint32_t what, _Out_ uint8_t *bytes, uint32_t size, _Out_ uint32_t *needed)',
);
const setKernelObjectSecurity = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall SetKernelObjectSecurity(intptr_t object, uint32_t what, intptr_t security)',
);
const getFileSecurity = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall GetFileSecurityW(str16 path, uint32_t what, _Out_ uint8_t *bytes, uint32_t size, _Out_ uint32_t *needed)',
);
const setFileSecurity = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall SetFileSecurityW(str16 path, uint32_t what, intptr_t security)',
);
const setFileRights = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall SetFileSecurityW(str16 path, uint32_t what, uint8_t *security)',
);
const securityFromText = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16 text, uint32_t revision, _Out_ intptr_t *security, intptr_t size)',
);
const createFile = windows(
  'kernel32.dll',
  'intptr_t __stdcall CreateFileW(str16 path, uint32_t access, uint32_t share, intptr_t security, uint32_t how, uint32_t flags, intptr_t like)',
);
const localFree = windows('kernel32.dll', 'intptr_t __stdcall LocalFree(intptr_t memory)');
const handleOf = windows('node.exe', 'intptr_t uv_get_osfhandle(int fd)');

/** Of an open file, by its descriptor in this process. @throws SystemError, Error */
export function securityOf(fd: number): Security {
  return read('the access rights of a file', (bytes, needed) =>
    getKernelObjectSecurity(handleOf(fd), OWNER | DACL, bytes, bytes.length, needed),
  );
}

/** Of a file or a folder. @throws SystemError that names it, Error */
export const securityOfPath = (path: string): Security =>
  read(path, (bytes, needed) => getFileSecurity(path, OWNER | DACL, bytes, bytes.length, needed));

/** Of a named pipe that another process listens on, without saying who asks. @throws SystemError that names it, Error */
export const securityOfPipe = (path: string): Security =>
  withPipe(path, READ_CONTROL, (pipe) =>
    read(path, (bytes, needed) => getKernelObjectSecurity(pipe, OWNER | DACL, bytes, bytes.length, needed)),
  );

/**
 * Gives a file or a folder the owner and the access control list of a text in SDDL. Nothing is inherited from the folder
 * around it.
 *
 * @throws SystemError that names it
 */
export function protectPath(path: string, sddl: string): void {
  withSecurity(sddl, (security) => {
    if (!setFileSecurity(path, OWNER | DACL | PROTECTED_DACL, security)) throw windowsFailure(path);
  });
}

/** Gives a file or a folder the access control list of another one. @throws SystemError that names it */
export function copyRights(from: string, to: string): void {
  const bytes = Buffer.alloc(MOST_BYTES);
  if (!getFileSecurity(from, DACL, bytes, bytes.length, Buffer.alloc(4))) throw windowsFailure(from);
  if (!setFileRights(to, DACL, bytes)) throw windowsFailure(to);
}

/** As {@link protectPath}, a named pipe: all its instances, those to come included. @throws SystemError that names it */
export const protectPipe = (path: string, sddl: string): void =>
  withPipe(path, READ_CONTROL | WRITE_DAC | WRITE_OWNER, (pipe) =>
    withSecurity(sddl, (security) => {
      if (!setKernelObjectSecurity(pipe, OWNER | DACL | PROTECTED_DACL, security)) throw windowsFailure(path);
    }),
  );

function read(what: string, ask: (bytes: Buffer, needed: Buffer) => boolean): Security {
  const bytes = Buffer.alloc(MOST_BYTES);
  if (!ask(bytes, Buffer.alloc(4))) throw windowsFailure(what);
  return parseSecurity(bytes);
}

function withPipe<T>(path: string, access: number, work: (pipe: number) => T): T {
  const pipe = createFile(path, access, 0, 0, OPEN_EXISTING, ANONYMOUS, 0);
  if (pipe === INVALID_HANDLE) throw windowsFailure(path);
  try {
    return work(pipe);
  } finally {
    closeHandle(pipe);
  }
}

function withSecurity(sddl: string, work: (security: number) => void): void {
  const made = [0];
  if (!securityFromText(sddl, SDDL_REVISION, made, 0)) throw windowsFailure(`access rights ${sddl}`);
  try {
    work(made[0]!);
  } finally {
    localFree(made[0]);
  }
}
