import { koffi } from '../koffi.ts';
import { closeHandle, wideString, windows, windowsFailure } from './library.ts';

/** State of a service, as the service control manager is informed of it. */
export interface ServiceReport {
  readonly state: 'starting' | 'running' | 'stopping' | 'stopped';
  /** While it starts or stops: rises with each report, or the manager takes it for hung after `waitMs`. */
  readonly checkpoint?: number;
  readonly waitMs?: number;
  /** Of one that has stopped: its own exit code, 0 for success. */
  readonly exitCode?: number;
}

/** What the manager asks for. */
export interface ServiceControls {
  stop(): void;
  reload(): void;
}

const STATES = { stopped: 1, starting: 2, stopping: 3, running: 4 } as const;
const OWN_PROCESS = 0x10;
const STOP_RELOAD_BEFORE_SHUTDOWN = 0x1 | 0x8 | 0x100; // SERVICE_ACCEPT_…
const SPECIFIC_ERROR = 1066;
const NOT_IMPLEMENTED = 120;
const CONTROLS = { stop: 1, interrogate: 4, parametersChanged: 6, beforeShutdown: 15 } as const;

const STILL_ACTIVE = 259;
const LOOK_MS = 20;
const PATIENCE_MS = 20_000;
/** Until the program is loaded. */
const LOADING_MS = 60_000;

const moduleHandle = windows('kernel32.dll', 'intptr_t __stdcall GetModuleHandleW(str16 name)');
const procedure = windows('kernel32.dll', 'intptr_t __stdcall GetProcAddress(intptr_t module, str name)');
const createThread = windows(
  'kernel32.dll',
  'intptr_t __stdcall CreateThread(intptr_t security, size_t stack, intptr_t start, uint8_t *argument, uint32_t flags, intptr_t id)',
);
const exitCodeOfThread = windows<boolean>(
  'kernel32.dll',
  'bool __stdcall GetExitCodeThread(intptr_t thread, _Out_ uint32_t *code)',
);
const registerHandler = windows(
  'advapi32.dll',
  'intptr_t __stdcall RegisterServiceCtrlHandlerExW(str16 name, void *handler, intptr_t context)',
);
const setStatus = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall SetServiceStatus(intptr_t service, uint8_t *status)',
);

/** What the dispatcher reads for as long as it runs. */
const kept: unknown[] = [];

let connection: Promise<ServiceConnection> | undefined;

/**
 * Makes this process the service of that name, which the manager has started it for; the same each time. The manager's
 * dispatcher has a thread of its own; what it asks for is called on the main thread.
 *
 * @throws Error if the manager did not start this process, or does not answer
 */
export function connectService(name: string): Promise<ServiceConnection> {
  connection ??= connect(name);
  return connection;
}

async function connect(name: string): Promise<ServiceConnection> {
  const started = Promise.withResolvers<ServiceConnection>();
  const main = koffi.register(
    () => {
      try {
        started.resolve(new ServiceConnection(name));
      } catch (error) {
        started.reject(error);
      }
    },
    koffi.pointer(koffi.proto('void __stdcall RexecdServiceMain(uint32_t count, void *words)')),
  );
  const table = Buffer.alloc(32); // SERVICE_TABLE_ENTRY: a name and a function; the second one ends the table
  const wideName = wideString(name);
  table.writeBigUInt64LE(BigInt(koffi.address(wideName)), 0);
  table.writeBigUInt64LE(BigInt(koffi.address(main)), 8);
  kept.push(table, wideName, main);
  const watch = watchDispatcher(table, (error) => started.reject(error));
  return started.promise.finally(() => clearInterval(watch));
}

/** StartServiceCtrlDispatcher blocks until the service has stopped, and is a function as a thread takes one. */
function watchDispatcher(table: Buffer, failed: (error: Error) => void): NodeJS.Timeout {
  setStatus(0, Buffer.alloc(28)); // loads the library
  const start = procedure(moduleHandle('advapi32.dll'), 'StartServiceCtrlDispatcherW');
  const thread = createThread(0, 0, start, table, 0, 0);
  if (thread === 0) throw windowsFailure('thread of the service');
  const end = performance.now() + PATIENCE_MS;
  return setInterval(() => {
    const code = [0];
    const isRunning = exitCodeOfThread(thread, code) && code[0] === STILL_ACTIVE;
    if (isRunning && performance.now() < end) return;
    closeHandle(thread);
    failed(new Error('the service control manager did not start this process; run "net start rexecd"'));
  }, LOOK_MS);
}

/** The line to the service control manager. */
export class ServiceConnection {
  /** What to do when it asks; nothing until then. */
  controls: ServiceControls = { stop: () => {}, reload: () => {} };
  readonly #name: string;
  readonly #service: number;
  #last: ServiceReport = { state: 'starting', checkpoint: 1, waitMs: LOADING_MS };

  constructor(name: string) {
    this.#name = name;
    const handler = koffi.register(
      (control: number) => this.#answer(control),
      koffi.pointer(
        koffi.proto(
          'uint32_t __stdcall RexecdServiceHandler(uint32_t control, uint32_t kind, void *data, void *context)',
        ),
      ),
    );
    kept.push(handler);
    this.#service = registerHandler(name, handler, 0);
    if (this.#service === 0) throw windowsFailure(`service ${name}`);
    this.report(this.#last);
  }

  /** Informs the manager of the state. @throws SystemError */
  report(report: ServiceReport): void {
    this.#last = report;
    if (!setStatus(this.#service, statusOf(report))) throw windowsFailure(`service ${this.#name}`);
  }

  #answer(control: number): number {
    if (control === CONTROLS.stop || control === CONTROLS.beforeShutdown) this.controls.stop();
    else if (control === CONTROLS.parametersChanged) this.controls.reload();
    else if (control === CONTROLS.interrogate) this.report(this.#last);
    else return NOT_IMPLEMENTED;
    return 0;
  }
}

/** A SERVICE_STATUS. */
function statusOf({ state, checkpoint = 0, waitMs = 0, exitCode = 0 }: ServiceReport): Buffer {
  const status = Buffer.alloc(28);
  const accepted = state === 'running' ? STOP_RELOAD_BEFORE_SHUTDOWN : 0;
  const exits = exitCode === 0 ? [0, 0] : [SPECIFIC_ERROR, exitCode >>> 0];
  const fields = [OWN_PROCESS, STATES[state], accepted, ...exits, checkpoint, waitMs];
  for (const [index, field] of fields.entries()) status.writeUInt32LE(field, index * 4);
  return status;
}
