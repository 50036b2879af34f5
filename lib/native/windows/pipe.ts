import { randomUUID } from 'node:crypto';
import { closeHandle, INVALID_HANDLE, windows, windowsFailure } from './library.ts';

const createNamedPipe = windows(
  'kernel32.dll',
  'intptr_t __stdcall CreateNamedPipeW(str16 name, uint32_t open, uint32_t mode, uint32_t most, uint32_t out, uint32_t in, uint32_t timeout, void *security)',
);
const createFile = windows(
  'kernel32.dll',
  'intptr_t __stdcall CreateFileW(str16 name, uint32_t access, uint32_t share, void *security, uint32_t disposition, uint32_t flags, intptr_t template)',
);
const descriptorOf = windows('node.exe', 'int uv_open_osfhandle(intptr_t handle)');
const OUTBOUND = 2;
const INBOUND = 1;
const OVERLAPPED = 0x4000_0000; // Node.js reads and writes without waiting
const FIRST_INSTANCE = 0x8_0000;
const REJECT_REMOTE_CLIENTS = 8;
const PIPE_BYTES = 64 * 1024;
const GENERIC_READ = 0x8000_0000;
const GENERIC_WRITE = 0x4000_0000;
const OPEN_EXISTING = 3;

/** SECURITY_ATTRIBUTES with bInheritHandle: a child gets the handle if it is also in the list of its start. */
const INHERITED = Buffer.alloc(24);
INHERITED.writeUInt32LE(INHERITED.length);
INHERITED.writeUInt32LE(1, 16);

/** A pipe to a child: the near end is a descriptor of Node's, the far end a handle that the child may get. */
export interface ChildPipe {
  readonly near: number;
  readonly far: number;
}

/**
 * A pipe with a near end that does not block, which only a named pipe has. SECURITY: it has room for one client, which is
 * there when this function returns, and its name was taken by nobody else.
 *
 * @param near what this process does with it
 * @throws SystemError
 */
export function openChildPipe(near: 'read' | 'write'): ChildPipe {
  const name = `\\\\.\\pipe\\rexecd-${randomUUID()}`;
  const open = (near === 'read' ? INBOUND : OUTBOUND) | OVERLAPPED | FIRST_INSTANCE;
  const server = createNamedPipe(name, open, REJECT_REMOTE_CLIENTS, 1, PIPE_BYTES, PIPE_BYTES, 0, null);
  if (server === INVALID_HANDLE) throw windowsFailure('CreateNamedPipe');
  const access = near === 'read' ? GENERIC_WRITE : GENERIC_READ;
  const far = createFile(name, access, 0, INHERITED, OPEN_EXISTING, 0, 0);
  const failure = far === INVALID_HANDLE ? windowsFailure('CreateFile') : undefined;
  const descriptor = failure ? -1 : descriptorOf(server);
  if (descriptor >= 0) return { near: descriptor, far };
  for (const handle of failure ? [server] : [server, far]) closeHandle(handle);
  throw failure ?? new Error('the process has no descriptors left');
}
