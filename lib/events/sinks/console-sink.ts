import { LEVELS } from '../definition.ts';
import type { LogEntry } from '../log-entry.ts';
import { Sink, type Trouble } from './sink.ts';
import { infoOf, transports } from './winston.ts';

let guarded = false;

/** Standard error, a line an event. */
export class ConsoleSink extends Sink<string> {
  readonly #console = new transports.Console({ stderrLevels: Object.keys(LEVELS) });

  constructor(name: string, encode: (entry: LogEntry) => string, trouble: Trouble) {
    super(name, encode, trouble);
    if (guarded) return;
    guarded = true;
    process.stderr.on('error', () => {}); // each write gets its own failure; nothing else must die of it
  }

  protected override deliver(line: string): void | Promise<void> {
    const { stderr } = process;
    this.#console.log?.(infoOf(line), () => {});
    if (stderr.writableLength === 0 && !stderr.errored) return;
    return new Promise((resolve, reject) => {
      stderr.write('', (error) => (error ? reject(error) : resolve())); // ends with the line before it
    });
  }
}
