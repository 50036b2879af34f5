import { SystemError } from '../../base/index.ts';
import { koffi, program } from '../koffi.ts';

type Call = (...given: unknown[]) => unknown;

/**
 * A function of a Windows library, looked up when it is first called: other systems load this room too.
 *
 * @param definition in koffi's form of C. A HANDLE is an `intptr_t`, and a number here.
 */
export function windows<Result = number>(
  library: 'kernel32.dll' | 'advapi32.dll' | 'userenv.dll' | 'node.exe',
  definition: string,
): (...given: unknown[]) => Result {
  let call: Call | undefined;
  return (...given) => {
    call ??= (library === 'node.exe' ? program : koffi.load(library)).func(definition) as Call;
    return call(...given) as Result;
  };
}

/** The number of the error of the function that just failed. */
export const lastError = windows('kernel32.dll', 'uint32_t __stdcall GetLastError()');
const translated = windows('node.exe', 'int uv_translate_sys_error(int error)');

/** That error, with its number: not each has a name in libuv. @param error of a function that returns it */
export const windowsFailure = (what: string, error: number = lastError()): SystemError =>
  new SystemError(`${what} (error ${error})`, -translated(error));

export const closeHandle = windows<boolean>('kernel32.dll', 'bool __stdcall CloseHandle(intptr_t handle)');
export const currentProcess = windows('kernel32.dll', 'intptr_t __stdcall GetCurrentProcess()');
export const INVALID_HANDLE = -1;

/** Text as Windows functions take it, for a pointer that has to be to memory of ours. */
export const wideString = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le');

/** The way back: the text that begins at a place, to its NUL. */
export const textOf = (wide: Buffer, start = 0): string => wide.toString('utf16le', start).split('\0', 1)[0]!;
