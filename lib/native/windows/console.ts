import { windows, windowsFailure } from './library.ts';

const freeConsole = windows<boolean>('kernel32.dll', 'bool __stdcall FreeConsole()');
const attachConsole = windows<boolean>('kernel32.dll', 'bool __stdcall AttachConsole(uint32_t pid)');
const setHandler = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall SetConsoleCtrlHandler(intptr_t handler, int add)',
);
const generate = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall GenerateConsoleCtrlEvent(uint32_t event, uint32_t group)',
);
const CTRL_C = 0;
const ALL = 0; // on the console

/**
 * Presses Ctrl-C on the console of a process, for all programs that have it. This process gives up its own console, and
 * ignores Ctrl-C from then on.
 *
 * @throws SystemError
 */
export function pressCtrlC(pid: number): void {
  freeConsole();
  if (!attachConsole(pid)) throw windowsFailure('AttachConsole');
  setHandler(0, 1); // no handler: ignore it
  if (!generate(CTRL_C, ALL)) throw windowsFailure('GenerateConsoleCtrlEvent');
}
