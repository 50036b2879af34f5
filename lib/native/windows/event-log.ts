import { windows, windowsFailure } from './library.ts';

const registerEventSource = windows(
  'advapi32.dll',
  'intptr_t __stdcall RegisterEventSourceW(str16 server, str16 source)',
);
const reportEvent = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall ReportEventW(intptr_t log, uint16_t kind, uint16_t category, uint32_t id, intptr_t sid, uint16_t count, uint32_t dataBytes, str16 *texts, intptr_t data)',
);
const deregisterEventSource = windows<boolean>(
  'advapi32.dll',
  'bool __stdcall DeregisterEventSource(intptr_t log)',
);

/** Writes to the event log of this machine. */
export class EventSource {
  readonly #name: string;
  readonly #log: number;

  /**
   * @param name of the source: with what its installation says in the registry, the log knows what its ids mean
   * @throws SystemError
   */
  constructor(name: string) {
    this.#name = name;
    this.#log = registerEventSource(null, name);
    if (this.#log === 0) throw windowsFailure(`event source ${name}`);
  }

  /** @param kind 1 an error, 2 a warning, 4 an information @param texts for the places of the message with this id @throws SystemError */
  report(kind: number, id: number, texts: readonly string[]): void {
    if (!reportEvent(this.#log, kind, 0, id, 0, texts.length, 0, texts, 0))
      throw windowsFailure(`event source ${this.#name}`);
  }

  close(): void {
    deregisterEventSource(this.#log);
  }
}
