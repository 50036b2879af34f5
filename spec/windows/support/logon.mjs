/* Wine's LogonUser lets everyone in, with a token that cannot be used, and its UnloadUserProfile does nothing. Code in their
   place lets in who has PASSWORD, as the account of this process, and answers another one with ERROR_LOGON_FAILURE. */
import koffi from 'koffi';
import { addressOf, bytesAt, memory, patch, quad } from './system-calls.mjs';

/** Four characters of UTF-16 are as many bytes as a register has; two of them are no ASCII. */
export const PASSWORD = 'r\u00e4\u20ac1';

const advapi32 = koffi.load('advapi32.dll');
koffi.load('userenv.dll');
const openToken = advapi32.func(
  'bool __stdcall OpenProcessToken(intptr_t process, uint32_t access, _Out_ intptr_t *token)',
);
const duplicate = advapi32.func(
  'bool __stdcall DuplicateTokenEx(intptr_t token, uint32_t access, void *security, int level, int kind, _Out_ intptr_t *made)',
);
const [ALL_ACCESS, IMPERSONATION, PRIMARY] = [0xf01ff, 2, 1];

/** A token that processes can be started with: that of this process, once more. */
export function ownToken() {
  const [own, made] = [[0], [0]];
  openToken(-1, ALL_ACCESS, own);
  if (!duplicate(own[0], ALL_ACCESS, null, IMPERSONATION, PRIMARY, made)) throw new Error('DuplicateTokenEx');
  koffi.load('kernel32.dll').func('bool __stdcall CloseHandle(intptr_t handle)')(own[0]);
  return made[0];
}

const place = memory(8192);
const next = place + 4096n; // where the next token is
const unloaded = place + 4104n; // how often
const tokens = place + 4112n;

/**
 * @param logons how many there are room for
 * @param milliseconds that each of them takes
 * @returns how many profiles were unloaded so far
 */
export function putLogonInPlace(logons, milliseconds = 0) {
  const made = Array.from({ length: logons }, () => quad(ownToken()));
  patch(next, Buffer.concat([quad(tokens), quad(0), ...made]));
  const wait = Buffer.alloc(4);
  wait.writeUInt32LE(milliseconds);
  const code = Buffer.concat([
    Buffer.from([0x48, 0x83, 0xec, 0x38, 0x4c, 0x89, 0x44, 0x24, 0x28]), // keep r8, the password
    Buffer.from([0xb9, ...wait]), // mov ecx, milliseconds
    Buffer.from([0x48, 0xb8, ...quad(addressOf('kernel32.dll', 'Sleep')), 0xff, 0xd0]), // call Sleep
    Buffer.from([0x4c, 0x8b, 0x44, 0x24, 0x28, 0x48, 0x83, 0xc4, 0x38]), // r8 again
    Buffer.from([0x48, 0xb8, ...Buffer.from(PASSWORD, 'utf16le')]), // mov rax, PASSWORD
    Buffer.from([0x49, 0x39, 0x00]), // cmp [r8], rax
    Buffer.from([0x75, 34]), // jne to the error
    Buffer.from([0x48, 0xb8, ...quad(next)]), // mov rax, next
    Buffer.from([0x4c, 0x8b, 0x10]), // mov r10, [rax]
    Buffer.from([0x48, 0x83, 0x00, 0x08]), // add qword [rax], 8
    Buffer.from([0x4d, 0x8b, 0x12]), // mov r10, [r10]
    Buffer.from([0x48, 0x8b, 0x44, 0x24, 0x30]), // mov rax, [rsp + 48]: the sixth argument
    Buffer.from([0x4c, 0x89, 0x10]), // mov [rax], r10
    Buffer.from([0xb8, 1, 0, 0, 0]), // mov eax, TRUE
    Buffer.from([0xc3]), // ret
    Buffer.from([0xb9, 0x2e, 0x05, 0, 0]), // mov ecx, ERROR_LOGON_FAILURE
    Buffer.from([0x48, 0xb8, ...quad(addressOf('kernel32.dll', 'SetLastError'))]), // mov rax, SetLastError
    Buffer.from([0x48, 0x83, 0xec, 0x28, 0xff, 0xd0, 0x48, 0x83, 0xc4, 0x28]), // call rax, with its stack
    Buffer.from([0x31, 0xc0, 0xc3]), // return FALSE
  ]);
  const unload = Buffer.concat([
    Buffer.from([0x48, 0xb8, ...quad(unloaded), 0xff, 0x00]), // inc dword [unloaded]
    Buffer.from([0xb8, 1, 0, 0, 0, 0xc3]), // return TRUE
  ]);
  patch(place, code);
  patch(place + 2048n, unload);
  jumpFrom(addressOf('advapi32.dll', 'LogonUserW'), place);
  jumpFrom(addressOf('userenv.dll', 'UnloadUserProfile'), place + 2048n);
  return () => bytesAt(unloaded, 4).readUInt32LE();
}

const jumpFrom = (from, to) => patch(from, Buffer.from([0x48, 0xb8, ...quad(to), 0xff, 0xe0]));
