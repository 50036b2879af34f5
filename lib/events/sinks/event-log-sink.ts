import { isWindows, SERVICE_NAME } from '../../base/index.ts';
import type { EventSource } from '../../native/index.ts';
import { type EventLogRecord, eventLogRecord } from '../formats/event-log.ts';
import { Sink, type Trouble } from './sink.ts';

/** The event log of Windows. */
export class EventLogSink extends Sink<string> {
  #source: EventSource | undefined;

  constructor(name: string, trouble: Trouble) {
    super(name, eventLogRecord, trouble);
  }

  protected override async open(): Promise<void> {
    const { EventSource } = await import('../../native/index.ts'); // only now: it loads koffi
    if (!isWindows) throw new Error('only Windows has this event log');
    this.#source ??= new EventSource(SERVICE_NAME);
  }

  protected override deliver(event: string): void {
    const { kind, id, texts } = JSON.parse(event) as EventLogRecord;
    this.#source?.report(kind, id, texts);
  }

  protected override release(): void {
    this.#source?.close();
    this.#source = undefined;
  }
}
