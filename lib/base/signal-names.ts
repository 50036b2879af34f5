import { constants } from 'node:os';

/** SIGRTMIN of Linux with glibc, which keeps the two signals below it. */
const FIRST_REAL_TIME = 34;
const LAST_REAL_TIME = 64;

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...Object.entries(constants.signals),
  ...Array.from(
    { length: LAST_REAL_TIME - FIRST_REAL_TIME + 1 },
    (_, distance) => [`SIGRTMIN+${distance}`, FIRST_REAL_TIME + distance] as const,
  ),
]);
const NAMES: ReadonlyMap<number, string> = new Map(
  [...NUMBERS].reverse().map(([name, number]) => [number, name]), // of two names the first: SIGIO is SIGPOLL too
);

/** The number of a signal by its name, of a real-time one by its distance: `SIGRTMIN+2`. Undefined if this system has none. */
export const signalNumber = (name: string): number | undefined => NUMBERS.get(name);

/** The way back: `SIGTERM`, `SIGRTMIN+0`. */
export const signalName = (number: number): string | undefined => NAMES.get(number);
