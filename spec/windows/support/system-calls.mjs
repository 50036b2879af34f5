/* Puts other code in the place of functions of Windows, for this process and all of its threads. */
import koffi from 'koffi';

const kernel = koffi.load('kernel32.dll');
const moduleHandle = kernel.func('intptr_t __stdcall GetModuleHandleW(str16 name)');
const procedure = kernel.func('intptr_t __stdcall GetProcAddress(intptr_t module, str name)');
const allocate = kernel.func(
  'intptr_t __stdcall VirtualAlloc(intptr_t at, size_t size, uint32_t kind, uint32_t protection)',
);
const protect = kernel.func(
  'bool __stdcall VirtualProtect(intptr_t at, size_t size, uint32_t protection, _Out_ uint32_t *before)',
);
const write = kernel.func('void __stdcall RtlMoveMemory(intptr_t to, uint8_t *from, size_t size)');
const read = kernel.func('void __stdcall RtlMoveMemory(_Out_ uint8_t *to, intptr_t from, size_t size)');

const [COMMIT_AND_RESERVE, EXECUTE_READ_WRITE] = [0x3000, 0x40];

/** Where a function of a loaded library is. */
export const addressOf = (library, name) => BigInt(procedure(moduleHandle(library), name));

/** Where a loaded library is; null: the program. */
export const baseOf = (library) => BigInt(moduleHandle(library));

/** Memory for code and data. */
export const memory = (size) => BigInt(allocate(0, size, COMMIT_AND_RESERVE, EXECUTE_READ_WRITE));

export function bytesAt(address, size) {
  const bytes = Buffer.alloc(size);
  read(bytes, address, size);
  return bytes;
}

/** Writes over code or data, of others too. */
export function patch(address, bytes) {
  const before = [0];
  if (!protect(address, bytes.length, EXECUTE_READ_WRITE, before)) throw new Error('VirtualProtect');
  write(address, bytes, bytes.length);
  protect(address, bytes.length, before[0], before);
}

/** A number of 64 bits as machine code has it. */
export function quad(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(number));
  return bytes;
}
