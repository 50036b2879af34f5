import winston, { type Logger } from 'winston';

/** The only importer of winston: what of it the event log is made of. */
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
