import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { parseNetwork } from '../base/index.ts';

export { z };

/** A number that a flag or an environment variable may spell as text. */
export const number = (lowest: number, highest: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value),
    z.number().min(lowest).max(highest),
  );
export const whole = (lowest: number, highest: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
    z.number().int().min(lowest).max(highest),
  );
export const yesOrNo = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean(),
);
/** A flag or a variable gives several separated by commas. */
export const list = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) =>
      typeof value === 'string'
        ? value
            .split(',')
            .map((each) => each.trim())
            .filter((each) => each !== '')
        : value,
    z.array(item),
  );
/**
 * A path, or one of the words. A relative one means another file in each folder that a program is started in, and the
 * service has a folder of its own.
 */
export const path = (...words: readonly string[]) =>
  z
    .string()
    .refine(
      (text) => words.includes(text) || isAbsolute(text),
      [...words.filter((word) => word !== '').map((word) => JSON.stringify(word)), 'an absolute path'].join(
        ', ',
      ),
    );
/** Addresses and networks, none otherwise. */
export const networks = list(
  z
    .string()
    .refine((text) => parseNetwork(text) !== undefined, 'addresses and networks, such as "10.0.0.0/8"'),
).default([]);
/** Names, none otherwise. */
export const names = list(z.string()).default([]);
