import { InvalidArgumentError } from './command.ts';

// Numbers on the command lines of all programs.

/** A parser of whole numbers, 0 or greater. */
export function whole(what: string, lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= lowest && number <= highest) return number;
    throw new InvalidArgumentError(`Must be ${what} from ${lowest} to ${highest}.`);
  };
}

export const port = whole('a port number', 1, 65_535);
export const count = whole('a whole number', 1, 1e9);
export const number = whole('a whole number', 0, 1e9);

/** As the system counts them, which cannot be more. */
export const wholeSeconds = whole('a whole number of seconds', 0, 32_767);

export const seconds = (text: string): number => parsedSeconds(text, 0);
export const positiveSeconds = (text: string): number => parsedSeconds(text, 0.001);

function parsedSeconds(text: string, lowest: number): number {
  if (/^\d{1,9}(\.\d{1,3})?$/.test(text) && Number(text) >= lowest) return Number(text);
  throw new InvalidArgumentError(
    `Must be a number of seconds from ${lowest} on, with at most three decimals, such as 0.5.`,
  );
}
