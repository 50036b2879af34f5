import { createOwnProcess, type SuspendedProcess, type WindowsProcess } from './create-process.ts';
import { JobObject } from './job.ts';
import { closeHandle, currentProcess, windows, windowsFailure } from './library.ts';
import { inThread } from './logon/thread.ts';
import { exitCodeOf } from './wait.ts';

/** A process that is running, in a job of its own. */
export interface ProcessInJob {
  readonly pid: number;
  readonly job: JobObject;
  /** Resolves with its exit code, 0 to 2^32 - 1. */
  readonly exit: Promise<number>;
  /** Ends what is left in the job. Until then, and while it runs, no other process gets its number. */
  close(): void;
}

const resume = windows('kernel32.dll', 'uint32_t __stdcall ResumeThread(intptr_t thread)');
const terminate = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall TerminateProcess(intptr_t process, uint32_t code)',
);

const duplicateHandle = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall DuplicateHandle(intptr_t from, intptr_t handle, intptr_t to, _Out_ intptr_t *made, uint32_t access, int inherit, uint32_t options)',
);
const SAME_ACCESS = 2;
const NO_ERROR = 0;

/**
 * Starts a process that is in its job before it does anything, and that inherits three handles and no other.
 *
 * @throws SystemError
 */
export const startInJob = (start: WindowsProcess): ProcessInJob => run(createOwnProcess(start));

/**
 * The same as the account of a token, which may be closed meanwhile. The handles of the process may not: a program that
 * Node.js starts meanwhile inherits them, too.
 *
 * @throws Error
 */
export async function startInJobAs(token: number, start: WindowsProcess): Promise<ProcessInJob> {
  const own: [number] = [0];
  const self = currentProcess();
  if (!duplicateHandle(self, token, self, own, 0, 0, SAME_ACCESS)) throw windowsFailure('DuplicateHandle');
  try {
    return run(await inThread('createProcessAs', [own[0], start]));
  } finally {
    closeHandle(own[0]);
  }
}

function run({ pid, process, thread }: SuspendedProcess): ProcessInJob {
  let job: JobObject | undefined;
  try {
    const its = new JobObject();
    job = its;
    its.add(process);
    const exit = exitCodeOf(process);
    resume(thread);
    const closed = Promise.withResolvers<void>();
    const close = () => {
      its.close();
      closed.resolve();
    };
    Promise.all([exit, closed.promise]).then(
      () => closeHandle(process),
      () => {},
    );
    return { pid, job: its, exit, close };
  } catch (error) {
    terminate(process, NO_ERROR); // it is suspended
    closeHandle(process);
    job?.close();
    throw error;
  } finally {
    closeHandle(thread);
  }
}
