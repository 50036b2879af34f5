import { InvalidArgumentError } from '../common/command.ts';

// Numbers on the command line of rexec.

export function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('Must be a port number from 1 to 65535.');
}

export function seconds(text: string): number {
  if (/^\d{1,9}(\.\d{1,3})?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Must be a number of seconds with at most three decimals, such as 0.5.');
}

/** As the system counts them, which cannot be more. */
export function wholeSeconds(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 32_767) return Number(text);
  throw new InvalidArgumentError('Must be a whole number of seconds, up to 32767.');
}

export function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Must be a whole number, 1 or greater.');
}
