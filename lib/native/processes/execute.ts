import { readFileSync } from 'node:fs';
import { cString, failed, koffi, libc } from '../koffi.ts';

const mmap = libc.func(
  'uintptr_t mmap(uintptr_t at, size_t size, int use, int flags, int fd, int64_t offset)',
);
const memcpy = libc.func('void *memcpy(uintptr_t to, const void *from, size_t size)');
const execve = libc.func('int execve(uintptr_t file, const char **argv, const char **environment)');
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_FIXED_ANONYMOUS = 0x32;
const LONGEST = 4096; // PATH_MAX, and the smallest page
const PAST_NULL = 64;

/** A file that can be executed, at an address that a filter of system calls can compare. */
export class ProgramFile {
  readonly address: bigint;
  readonly #path: string;
  readonly #bytes: Buffer;

  /**
   * @throws RangeError for a path that is too long
   */
  constructor(path: string) {
    this.#path = path;
    this.#bytes = cString(path);
    if (this.#bytes.length > LONGEST - PAST_NULL)
      throw new RangeError(`${path}: at most ${LONGEST - PAST_NULL} bytes`);
    this.address = placeAtNull(this.#bytes) ?? BigInt(koffi.address(this.#bytes));
  }

  /** Replaces this program. @throws SystemError */
  execute(argv: readonly string[], environment: readonly string[]): never {
    execve(this.address, [...argv, null], [...environment, null]);
    throw failed(this.#path);
  }
}

/**
 * Puts bytes into the first page of memory, which only CAP_SYS_RAWIO can have, as long as `vm.mmap_min_addr` is not 0.
 * Once the capability is given up and this program replaced, the address can never be valid again.
 *
 * @returns their address, or undefined if they cannot be there
 */
function placeAtNull(bytes: Buffer): bigint | undefined {
  if (!nullPageIsGuarded()) return undefined;
  if (mmap(0, LONGEST, PROT_READ_WRITE, MAP_PRIVATE_FIXED_ANONYMOUS, -1, 0) !== 0) return undefined;
  memcpy(PAST_NULL, bytes, bytes.length);
  return BigInt(PAST_NULL);
}

function nullPageIsGuarded(): boolean {
  try {
    return Number(readFileSync('/proc/sys/vm/mmap_min_addr', 'latin1')) > 0;
  } catch {
    return false;
  }
}
