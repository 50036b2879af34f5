import { koffi } from '../koffi.ts';
import { windows, windowsFailure } from './library.ts';

const registerWait = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall RegisterWaitForSingleObject(void *wait, intptr_t object, void *callback, uintptr_t context, uint32_t milliseconds, uint32_t flags)',
);
const unregisterWait = windows<boolean>('kernel32.dll', 'bool __stdcall UnregisterWait(intptr_t wait)');
const getExitCode = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall GetExitCodeProcess(intptr_t process, void *code)',
);
const FOREVER = 0xffff_ffff;
const ONCE = 0x8;

const ended = new Map<number, () => void>(); // by the number of the wait
let last = 0;
let callback: bigint | undefined;

/** One callback for all processes: koffi has room for a thousand, and frees none from within itself. */
function onEnd(): bigint {
  callback ??= koffi.register(
    (wait: number | bigint) => ended.get(Number(wait))?.(),
    koffi.pointer(koffi.proto('void __stdcall processEnded(uintptr_t wait, uint8_t timedOut)')),
  );
  return callback;
}

/** Resolves with the exit code of a process once it has ended. @throws SystemError */
export function exitCodeOf(process: number): Promise<number> {
  last += 1;
  const number = last;
  const wait = Buffer.alloc(8);
  const { promise, resolve } = Promise.withResolvers<void>();
  ended.set(number, resolve);
  if (!registerWait(wait, process, onEnd(), number, FOREVER, ONCE)) {
    ended.delete(number);
    throw windowsFailure('RegisterWaitForSingleObject');
  }
  return promise.then(() => {
    ended.delete(number);
    unregisterWait(Number(wait.readBigInt64LE()));
    const code = Buffer.alloc(4);
    getExitCode(process, code);
    return code.readUInt32LE();
  });
}
