import winston, { type Logger } from 'winston';

/**
 * The only importer of winston, which is here because the project logs through it. All it does for us is to carry entries
 * to the sinks and to write to the console and to files; levels, formats, queues, retries and bounds are ours.
 */
export const { createLogger, format, transports } = winston;
export type { Logger };

/** The class of all transports. winston exports it under this name, and declares it in a way that nobody can extend. */
export const { Transport } = winston as unknown as { Transport: new () => Logger['transports'][number] };

/** A line as winston's own transports take it. */
export const infoOf = (line: string): object => ({
  level: 'error',
  [Symbol.for('level')]: 'error', // whatever the event's own is: it is part of the line by now
  [Symbol.for('message')]: line,
});
