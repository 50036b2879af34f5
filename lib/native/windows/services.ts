import { koffi } from '../koffi.ts';
import { lastError, textOf, wideString, windows, windowsFailure } from './library.ts';

const MANAGER_ACCESS = 0x1 | 0x2; // connect, create a service
const ALL_ACCESS = 0xf_01ff;
const [OWN_PROCESS, AUTO_START, NORMAL_ERROR, NO_CHANGE] = [0x10, 2, 1, 0xffff_ffff];
const DOES_NOT_EXIST = 1060;
const UNKNOWN_LEVEL = 124; // Wine 8.0
const CONTROL_STOP = 1;
const [DESCRIPTION, FAILURE_ACTIONS, FAILURE_ACTIONS_FLAG] = [1, 2, 4];
const RESTART = 1;
const MOST_BYTES = 8192; // QueryServiceConfig has no more
const [STATE_AT, EXIT_AT, CHECKPOINT_AT, COMMAND_AT] = [4, 16, 20, 16];
const STATES = ['', 'stopped', 'starting', 'stopping', 'running'] as const;
const DAY = 86_400; // seconds

const openManager = windows(
  'advapi32.dll',
  'intptr_t __stdcall OpenSCManagerW(str16 machine, str16 database, uint32_t access)',
);
const openService = windows(
  'advapi32.dll',
  'intptr_t __stdcall OpenServiceW(intptr_t manager, str16 name, uint32_t access)',
);
const createService = windows(
  'advapi32.dll',
  'intptr_t __stdcall CreateServiceW(intptr_t manager, str16 name, str16 shown, uint32_t access, uint32_t type, uint32_t start, uint32_t error, str16 command, str16 group, intptr_t tag, uint8_t *after, str16 account, str16 password)',
);
const changeConfig = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall ChangeServiceConfigW(intptr_t service, uint32_t type, uint32_t start, uint32_t error, str16 command, str16 group, intptr_t tag, str16 after, str16 account, str16 password, str16 shown)',
);
const changeConfig2 = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall ChangeServiceConfig2W(intptr_t service, uint32_t what, uint8_t *value)',
);
const queryConfig = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall QueryServiceConfigW(intptr_t service, _Out_ uint8_t *config, uint32_t size, _Out_ uint32_t *needed)',
);
const queryStatus = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall QueryServiceStatus(intptr_t service, _Out_ uint8_t *status)',
);
const startService = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall StartServiceW(intptr_t service, uint32_t count, intptr_t words)',
);
const controlService = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall ControlService(intptr_t service, uint32_t control, _Out_ uint8_t *status)',
);
const deleteService = windows<boolean>('advapi32.dll', 'bool __stdcall DeleteService(intptr_t service)');
const closeService = windows<boolean>('advapi32.dll', 'bool __stdcall CloseServiceHandle(intptr_t handle)');

/** State of an installed service. */
export interface InstalledState {
  readonly state: 'stopped' | 'starting' | 'stopping' | 'running' | 'paused';
  /** Its own exit code, of one that has stopped. */
  readonly exitCode: number;
  /** Rises while it starts or stops. */
  readonly checkpoint: number;
}

/** A service that the service control manager of this machine knows. */
export class InstalledService {
  readonly #name: string;
  readonly #service: number;

  private constructor(name: string, service: number) {
    this.#name = name;
    this.#service = service;
  }

  /** Undefined if there is none of that name. @throws SystemError */
  static open(name: string): InstalledService | undefined {
    return withManager((manager) => {
      const service = openService(manager, name, ALL_ACCESS);
      if (service !== 0) return new InstalledService(name, service);
      if (lastError() === DOES_NOT_EXIST) return undefined;
      throw windowsFailure(`service ${name}`);
    });
  }

  /**
   * One that starts with the machine, once TCP/IP is there, under the account `NT SERVICE\\NAME`, which Windows makes for it.
   *
   * @param command the line that starts its program
   * @throws SystemError
   */
  static create(name: string, command: string): InstalledService {
    return withManager((manager) => {
      const after = wideString('Tcpip\0');
      const account = `NT SERVICE\\${name}`;
      const kind = [OWN_PROCESS, AUTO_START, NORMAL_ERROR];
      const service = createService(
        manager,
        name,
        name,
        ALL_ACCESS,
        ...kind,
        command,
        null,
        0,
        after,
        account,
        null,
      );
      if (service === 0) throw windowsFailure(`service ${name}`);
      return new InstalledService(name, service);
    });
  }

  /** The line that starts its program. @throws SystemError */
  get command(): string {
    const config = Buffer.alloc(MOST_BYTES);
    this.#check(queryConfig(this.#service, config, config.length, [0]));
    const start = Number(config.readBigUInt64LE(COMMAND_AT) - BigInt(koffi.address(config)));
    return textOf(config, start);
  }

  /** @throws SystemError */
  set command(command: string) {
    const same = [NO_CHANGE, AUTO_START, NO_CHANGE];
    this.#check(changeConfig(this.#service, ...same, command, null, 0, null, null, null, null));
  }

  /** @throws SystemError */
  describe(text: string): void {
    const wide = wideString(text);
    const description = Buffer.alloc(8);
    description.writeBigUInt64LE(BigInt(koffi.address(wide)));
    this.#check(changeConfig2(this.#service, DESCRIPTION, description));
  }

  /**
   * Has it started again some time after it ended otherwise than by being stopped.
   *
   * @returns false if this system restarts no service
   * @throws SystemError
   */
  restartAfter(ms: number): boolean {
    const action = Buffer.alloc(8);
    action.writeUInt32LE(RESTART, 0);
    action.writeUInt32LE(ms, 4);
    const actions = Buffer.alloc(40); // SERVICE_FAILURE_ACTIONS
    actions.writeUInt32LE(DAY, 0);
    actions.writeUInt32LE(1, 24);
    actions.writeBigUInt64LE(BigInt(koffi.address(action)), 32);
    const isDone =
      changeConfig2(this.#service, FAILURE_ACTIONS, actions) &&
      changeConfig2(this.#service, FAILURE_ACTIONS_FLAG, Buffer.of(1, 0, 0, 0));
    if (!isDone && lastError() === UNKNOWN_LEVEL) return false;
    this.#check(isDone);
    return true;
  }

  /** @throws SystemError */
  get state(): InstalledState {
    const status = Buffer.alloc(28);
    this.#check(queryStatus(this.#service, status));
    return {
      state: STATES[status.readUInt32LE(STATE_AT)] || 'paused',
      exitCode: status.readUInt32LE(EXIT_AT),
      checkpoint: status.readUInt32LE(CHECKPOINT_AT),
    };
  }

  /** Returns before it runs. @throws SystemError */
  start(): void {
    this.#check(startService(this.#service, 0, 0));
  }

  /** Returns before it has stopped. @throws SystemError */
  stop(): void {
    this.#check(controlService(this.#service, CONTROL_STOP, Buffer.alloc(28)));
  }

  /** It is gone once it has stopped and nobody has it open. @throws SystemError */
  delete(): void {
    this.#check(deleteService(this.#service));
  }

  close(): void {
    closeService(this.#service);
  }

  #check(isDone: boolean): void {
    if (!isDone) throw windowsFailure(`service ${this.#name}`);
  }
}

function withManager<T>(work: (manager: number) => T): T {
  const manager = openManager(null, null, MANAGER_ACCESS);
  if (manager === 0) throw windowsFailure('service control manager');
  try {
    return work(manager);
  } finally {
    closeService(manager);
  }
}
