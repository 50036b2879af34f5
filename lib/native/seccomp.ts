import { failed, koffi, libc } from './koffi.ts';

const seccomp = libc.func('syscall', 'long', ['long', 'uint32_t', 'uint32_t', 'void *']);
const NUMBERS: Readonly<Record<string, number>> = { x64: 317, arm64: 277 };
const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_GET_ACTION_AVAIL = 2;
const SECCOMP_RET_KILL_PROCESS = 0x8000_0000;
const INSTRUCTION_BYTES = 8;

/** True if the kernel filters system calls of this process, on a machine whose numbers are known (x86-64, arm64). */
export function filtersSystemCalls(): boolean {
  const action = Buffer.alloc(4);
  action.writeUInt32LE(SECCOMP_RET_KILL_PROCESS);
  const number = NUMBERS[process.arch];
  return number !== undefined && Number(seccomp(number, SECCOMP_GET_ACTION_AVAIL, 0, action)) === 0;
}

/**
 * Filters the system calls of this thread, and of what it executes, for good. Requires {@link setNoNewPrivileges}.
 *
 * @param program instructions of classic BPF (struct sock_filter), little-endian
 * @throws SystemError
 */
export function filterSystemCalls(program: Buffer): void {
  const header = Buffer.alloc(16); // struct sock_fprog
  header.writeUInt16LE(program.length / INSTRUCTION_BYTES);
  header.writeBigUInt64LE(BigInt(koffi.address(program)), 8);
  if (Number(seccomp(NUMBERS[process.arch], SECCOMP_SET_MODE_FILTER, 0, header)) !== 0)
    throw failed('seccomp');
}
