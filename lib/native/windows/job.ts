import { closeHandle, windows, windowsFailure } from './library.ts';

const createJob = windows('kernel32.dll', 'intptr_t __stdcall CreateJobObjectW(void *security, str16 name)');
const setInformation = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall SetInformationJobObject(intptr_t job, int kind, void *information, uint32_t size)',
);
const queryInformation = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall QueryInformationJobObject(intptr_t job, int kind, void *information, uint32_t size, void *returned)',
);
const assign = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall AssignProcessToJobObject(intptr_t job, intptr_t process)',
);
const terminate = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall TerminateJobObject(intptr_t job, uint32_t code)',
);

/** JOBOBJECT_EXTENDED_LIMIT_INFORMATION on a 64-bit machine. */
const LIMITS = { kind: 9, size: 144, flags: 16 } as const;
const KILL_ON_JOB_CLOSE = 0x2000;
/** JOBOBJECT_BASIC_ACCOUNTING_INFORMATION. */
const ACCOUNTING = { kind: 1, size: 48, active: 40 } as const;

/** A job object: the processes of a command. They end with it, however this process ends. */
export class JobObject {
  readonly #handle: number;
  #closed = false;

  /** @throws SystemError */
  constructor() {
    this.#handle = createJob(null, null);
    if (this.#handle === 0) throw windowsFailure('CreateJobObject');
    const limits = Buffer.alloc(LIMITS.size);
    limits.writeUInt32LE(KILL_ON_JOB_CLOSE, LIMITS.flags);
    if (setInformation(this.#handle, LIMITS.kind, limits, limits.length)) return;
    const failure = windowsFailure('SetInformationJobObject');
    this.close();
    throw failure;
  }

  /** Takes in a process, with what it will start. @throws SystemError */
  add(processHandle: number): void {
    if (!assign(this.#handle, processHandle)) throw windowsFailure('AssignProcessToJobObject');
  }

  /** How many of its processes are running. */
  get active(): number {
    const accounting = Buffer.alloc(ACCOUNTING.size);
    if (this.#closed) return 0;
    queryInformation(this.#handle, ACCOUNTING.kind, accounting, accounting.length, null);
    return accounting.readUInt32LE(ACCOUNTING.active);
  }

  /** Ends all of its processes with an exit code. False if it could not. */
  terminate(code: number): boolean {
    return !this.#closed && terminate(this.#handle, code);
  }

  /** Ends those that are left, and gives the handle up. */
  close(): void {
    if (!this.#closed) closeHandle(this.#handle);
    this.#closed = true;
  }
}
