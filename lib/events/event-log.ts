import { once } from 'node:events';
import { createLogger, format, type Logger, transports } from 'winston';
import { CATALOGUE, type EventFields, type EventName, type Level } from './catalogue.ts';
import { printable } from './printable.ts';

const LEVELS: Readonly<Record<Level, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/** Where events go. The only importer of winston; no other way to log exists, so nothing but the catalogue is logged. */
export class EventLog {
  readonly #threshold: number;
  readonly #logger: Logger;

  /** Writes events of `level` and graver to standard error, one line each. */
  constructor(level: Level) {
    this.#threshold = LEVELS[level];
    this.#logger = createLogger({
      level,
      levels: { ...LEVELS },
      format: format.printf(({ level: grade, message, at, fields }) => {
        return `${at} ${grade} ${message}${fields}`;
      }),
      transports: [new transports.Console({ stderrLevels: Object.keys(LEVELS) })],
    });
  }

  /** Writes one event. Values are escaped and shortened here, so that no peer can forge a line. */
  emit<Name extends EventName>(name: Name, fields: EventFields<Name>): void {
    const { id, level, text } = CATALOGUE[name];
    if (LEVELS[level] > this.#threshold) return; // before winston: a filtered event costs nothing
    const shown = Object.entries<string | number>(fields).map(
      ([key, value]) => ` ${key}=${printable(value)}`,
    );
    this.#logger.log({
      level,
      message: `${id} ${text}:`,
      at: new Date().toISOString(),
      fields: shown.join(''),
    });
  }

  /** Resolves once every event is written. */
  async close(): Promise<void> {
    const finished = once(this.#logger, 'finish');
    this.#logger.end();
    await finished;
    await new Promise((resolve) => process.stderr.write('', resolve)); // what a slow reader has not taken yet
  }
}
