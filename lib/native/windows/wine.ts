import { windows } from './library.ts';

const moduleHandle = windows('kernel32.dll', 'intptr_t __stdcall GetModuleHandleW(str16 name)');
const procedure = windows('kernel32.dll', 'intptr_t __stdcall GetProcAddress(intptr_t module, str name)');

/** Whether this Windows is Wine, which lets everyone log on with any password. */
export const isWine = (): boolean => procedure(moduleHandle('ntdll.dll'), 'wine_get_version') !== 0;
