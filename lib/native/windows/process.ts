import { koffi } from '../koffi.ts';
import { JobObject } from './job.ts';
import { closeHandle, wideString, windows, windowsFailure } from './library.ts';
import { exitCodeOf } from './wait.ts';

/** A process to make. */
export interface WindowsProcess {
  readonly file: string; // absolute
  readonly commandLine: string;
  /** `NAME=value`, sorted by name as Windows has it. */
  readonly environment: readonly string[];
  readonly directory: string;
  /** The handles that become its standard ones; it gets no other. */
  readonly stdio: readonly [stdin: number, stdout: number, stderr: number];
}

/** A process that is running, in a job of its own. */
export interface ProcessInJob {
  readonly pid: number;
  readonly job: JobObject;
  /** Resolves with its exit code, 0 to 2^32 - 1. */
  readonly exit: Promise<number>;
  /** Ends what is left in the job. Until then, and while it runs, no other process gets its number. */
  close(): void;
}

const createProcess = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall CreateProcessW(str16 file, void *line, void *processSecurity, void *threadSecurity, int inherit, uint32_t flags, void *environment, str16 directory, void *startup, void *information)',
);
const initializeList = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall InitializeProcThreadAttributeList(void *list, uint32_t count, uint32_t flags, void *size)',
);
const updateList = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall UpdateProcThreadAttribute(void *list, uint32_t flags, uintptr_t attribute, void *value, size_t size, void *previous, void *returned)',
);
const deleteList = windows<void>('kernel32.dll', 'void __stdcall DeleteProcThreadAttributeList(void *list)');
const resume = windows('kernel32.dll', 'uint32_t __stdcall ResumeThread(intptr_t thread)');
const terminate = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall TerminateProcess(intptr_t process, uint32_t code)',
);

/** STARTUPINFOEXW and PROCESS_INFORMATION on a 64-bit machine. */
const STARTUP = { size: 112, flags: 60, stdin: 80, stdout: 88, stderr: 96, attributes: 104 } as const;
const USE_STANDARD_HANDLES = 0x100;
const INFORMATION = { size: 24, process: 0, thread: 8, pid: 16 } as const;
const HANDLE_LIST = 0x2_0002;
/** Suspended, UTF-16 environment, STARTUPINFOEXW, a console of its own without a window. */
const FLAGS = 0x4 | 0x400 | 0x8_0000 | 0x800_0000;
const NO_ERROR = 0;

/**
 * Starts a process that is in its job before it does anything, and that inherits three handles and no other.
 *
 * @throws SystemError
 */
export function startInJob(start: WindowsProcess): ProcessInJob {
  const job = new JobObject();
  let made: Created | undefined;
  try {
    made = create(start);
    job.add(made.process);
    const { pid, process, thread } = made;
    const exit = exitCodeOf(process);
    resume(thread);
    const closed = Promise.withResolvers<void>();
    const close = () => {
      job.close();
      closed.resolve();
    };
    Promise.all([exit, closed.promise]).then(
      () => closeHandle(process),
      () => {},
    );
    return { pid, job, exit, close };
  } catch (error) {
    if (made) {
      terminate(made.process, NO_ERROR); // it is suspended
      closeHandle(made.process);
    }
    job.close();
    throw error;
  } finally {
    if (made) closeHandle(made.thread);
  }
}

interface Created {
  readonly process: number;
  readonly thread: number;
  readonly pid: number;
}

function create({ file, commandLine, environment, directory, stdio }: WindowsProcess): Created {
  const handles = new BigInt64Array([...new Set(stdio)].map(BigInt)); // Windows refuses one that is listed twice
  const list = handleList(handles);
  const startup = Buffer.alloc(STARTUP.size);
  startup.writeUInt32LE(STARTUP.size);
  startup.writeUInt32LE(USE_STANDARD_HANDLES, STARTUP.flags);
  for (const [at, handle] of stdio.entries()) startup.writeBigInt64LE(BigInt(handle), STARTUP.stdin + 8 * at);
  startup.writeBigUInt64LE(BigInt(koffi.address(list)), STARTUP.attributes);
  const block = wideString(environment.map((entry) => `${entry}\0`).join(''));
  const information = Buffer.alloc(INFORMATION.size);
  const line = wideString(commandLine); // the function may write to it
  const words = [file, line, null, null, 1, FLAGS, block, directory, startup, information] as const;
  const failure = createProcess(...words) ? undefined : windowsFailure(file);
  deleteList(list);
  if (failure) throw failure;
  return {
    process: Number(information.readBigInt64LE(INFORMATION.process)),
    thread: Number(information.readBigInt64LE(INFORMATION.thread)),
    pid: information.readUInt32LE(INFORMATION.pid),
  };
}

/** The list points to `handles`, which its user has to keep. */
function handleList(handles: BigInt64Array): Buffer {
  const size = Buffer.alloc(8);
  initializeList(null, 1, 0, size);
  const list = Buffer.alloc(Number(size.readBigUInt64LE()));
  if (
    initializeList(list, 1, 0, size) &&
    updateList(list, 0, HANDLE_LIST, handles, handles.byteLength, null, null)
  )
    return list;
  throw windowsFailure('UpdateProcThreadAttribute');
}
