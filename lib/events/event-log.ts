import { setImmediate as nextTurn } from 'node:timers/promises';
import { INSTALLED_FILES, reasonOf } from '../base/index.ts';
import { CATALOGUE, type EventFields, type EventName } from './catalogue.ts';
import { type EventDefinition, LEVELS, type Level } from './definition.ts';
import type { EventObserver, Events } from './events.ts';
import { FORMATS, type Format } from './formats/formats.ts';
import { journalEntry } from './formats/journald.ts';
import { syslogMessage } from './formats/syslog.ts';
import { entryOf, type LogEntry } from './log-entry.ts';
import { ConsoleSink } from './sinks/console-sink.ts';
import { DatagramSink } from './sinks/datagram-sink.ts';
import { EventLogSink } from './sinks/event-log-sink.ts';
import { FileSink } from './sinks/file-sink.ts';
import type { Info, Sink, Trouble } from './sinks/sink.ts';
import { createLogger, format, type Logger } from './sinks/winston.ts';

export type SinkName = 'console' | 'file' | 'syslog' | 'journald' | 'eventlog';

export interface LogOptions {
  /** Events of this level and graver are written; only errors unless given. */
  readonly level?: Level;
  /** Write who logs in and runs what, whatever the level (rexecd(8): remote host, local user, and command). */
  readonly access?: boolean;
  /** Where to; standard error unless given. */
  readonly sinks?: readonly SinkName[];
  /** Of lines on the console and in files. */
  readonly format?: Format;
  readonly file?: string;
  /** Size at which a new file begins; 0: never. */
  readonly fileBytes?: number;
  /** How many files are kept, the one that is written included; 2 at least. */
  readonly files?: number;
  readonly syslogSocket?: string;
  readonly journaldSocket?: string;
}

const DEFAULTS = {
  level: 'error',
  access: false,
  sinks: ['console'],
  format: 'text',
  file: INSTALLED_FILES.log,
  fileBytes: 10_000_000,
  files: 5,
  syslogSocket: '/dev/log',
  journaldSocket: '/run/systemd/journal/socket',
} as const satisfies Required<LogOptions>;

/** A sink on standard error that only reports the failures of an only sink. winston also needs one if there is no sink. */
const STANDBY = 'standby';
const TOLD_AGAIN_MS = 60_000;

/** Where events go; no other way to log exists, so nothing but the catalogue is logged. */
export class EventLog implements Events {
  #threshold: number;
  #access: boolean;
  #logger: Logger;
  #sinks: readonly Sink[];
  readonly #observe: EventObserver | undefined;
  readonly #told = new Map<string, number>(); // when a sink's failure was last reported
  #closed: Promise<void> | undefined;
  #ended = false;

  /** @param observe sees every event, those of the sinks included */
  constructor(options: LogOptions = {}, observe?: EventObserver) {
    const { level, access, ...where }: Required<LogOptions> = { ...DEFAULTS, ...options };
    this.#observe = observe;
    this.#threshold = LEVELS[level];
    this.#access = access;
    this.#sinks = this.#sinksOf(where);
    this.#logger = loggerOf(this.#sinks);
  }

  /** Writes by other options from now on. Resolves once every event before that is written. */
  async reopen(options: LogOptions): Promise<void> {
    const { level, access, ...where }: Required<LogOptions> = { ...DEFAULTS, ...options };
    const before = { logger: this.#logger, sinks: this.#sinks };
    this.#sinks = this.#sinksOf(where);
    this.#logger = loggerOf(this.#sinks);
    this.#threshold = LEVELS[level];
    this.#access = access;
    await drained(before.logger, before.sinks);
    await ended(before.logger);
  }

  /** Writes one event. Values are escaped and shortened here, so that no peer can forge a line. Never throws. */
  emit<Name extends EventName>(name: Name, fields: EventFields<Name>): void {
    this.#observe?.(name, fields);
    const { level, access, always }: EventDefinition = CATALOGUE[name];
    if (LEVELS[level] > this.#threshold && !(access && this.#access) && !always) return; // a filtered event costs nothing
    this.#log(entryOf(name, fields), STANDBY);
  }

  /** Resolves once every event is written, or its sink has failed or taken too long. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #log(entry: LogEntry, except: string): void {
    if (this.#ended) return;
    this.#logger.log({ level: entry.level, message: '', entry, except } satisfies Info & {
      level: Level;
      message: string;
    });
  }

  /** Tells of a sink by the others. */
  #tell<Name extends EventName>(name: Name, fields: EventFields<Name>, sink: string): void {
    this.#observe?.(name, fields);
    this.#log(entryOf(name, fields), sink);
  }

  #tellFailure(sink: string, error: unknown): void {
    const now = performance.now();
    if (now - (this.#told.get(sink) ?? Number.NEGATIVE_INFINITY) < TOLD_AGAIN_MS) return;
    this.#told.set(sink, now);
    this.#tell('sinkFailed', { sink, cause: reasonOf(error) }, sink);
  }

  async #close(): Promise<void> {
    await drained(this.#logger, this.#sinks);
    this.#ended = true;
    await ended(this.#logger);
  }

  #sinksOf(where: Where): Sink[] {
    return sinksOf(where, {
      failed: (sink, error) => this.#tellFailure(sink, error),
      dropped: (sink, count) => this.#tell('eventsDropped', { sink, count }, sink),
    });
  }
}

const loggerOf = (sinks: readonly Sink[]): Logger =>
  createLogger({
    level: 'debug', // what is written is decided before winston
    levels: { ...LEVELS },
    format: format((info) => info)(), // each sink has its own
    transports: [...sinks],
  });

/** Resolves once winston has given the sinks all it has, and they have written it, and what they told of each other. */
async function drained(logger: Logger, sinks: readonly Sink[]): Promise<void> {
  await carried(logger);
  await Promise.all(sinks.map((sink) => sink.flush()));
  await carried(logger);
}

async function carried(logger: Logger): Promise<void> {
  while (logger.writableLength + logger.readableLength > 0) await nextTurn();
}

async function ended(logger: Logger): Promise<void> {
  const finished = new Promise((resolve) => logger.once('finish', resolve));
  logger.end();
  await finished;
}

type Where = Required<Omit<LogOptions, 'level' | 'access'>>;

function sinksOf(where: Where, trouble: Trouble): Sink[] {
  const { file, fileBytes, files, syslogSocket, journaldSocket } = where;
  const encode = FORMATS[where.format];
  const make: Record<SinkName, () => Sink> = {
    console: () => new ConsoleSink('console', encode, trouble),
    file: () => new FileSink('file', encode, trouble, { file, fileBytes, files }),
    syslog: () => new DatagramSink('syslog', syslogMessage, trouble, syslogSocket),
    journald: () => new DatagramSink('journald', journalEntry, trouble, journaldSocket),
    eventlog: () => new EventLogSink('eventlog', trouble),
  };
  const names = new Set(where.sinks);
  const sinks = [...names].map((name) => make[name]());
  if (names.size < 2 && !names.has('console')) sinks.push(new ConsoleSink(STANDBY, encode, trouble));
  return sinks;
}
