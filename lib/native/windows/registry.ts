import { wideString, windows, windowsFailure } from './library.ts';

/** HKEY_LOCAL_MACHINE, as a pointer of 64 bits. */
const LOCAL_MACHINE = -2_147_483_646;
const [TEXT, NUMBER] = [1, 4]; // REG_SZ, REG_DWORD
const NOT_FOUND = 2;

const setKeyValue = windows(
  'advapi32.dll',
  'int32_t __stdcall RegSetKeyValueW(intptr_t root, str16 key, str16 name, uint32_t type, uint8_t *data, uint32_t size)',
);
const deleteTree = windows('advapi32.dll', 'int32_t __stdcall RegDeleteTreeW(intptr_t root, str16 key)');

/** Sets a value of a key of this machine, which is made if it is missing. @throws SystemError that names the key */
export function setMachineValue(key: string, name: string, value: string | number): void {
  const data = typeof value === 'string' ? wideString(value) : Buffer.alloc(4);
  if (typeof value === 'number') data.writeUInt32LE(value);
  const type = typeof value === 'string' ? TEXT : NUMBER;
  check(key, setKeyValue(LOCAL_MACHINE, key, name, type, data, data.length));
}

/** Deletes a key of this machine with all that is below it. @returns false if there is none @throws SystemError that names it */
export function deleteMachineKey(key: string): boolean {
  const error = deleteTree(LOCAL_MACHINE, key);
  if (error === NOT_FOUND) return false;
  check(key, error);
  return true;
}

function check(key: string, error: number): void {
  if (error !== 0) throw windowsFailure(`registry key HKLM\\${key}`, error);
}
