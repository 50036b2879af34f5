import { resolve } from 'node:path';
import { SETTINGS, type SettingName } from './schema/index.ts';

/** A value of a command line or the environment: a path may be relative to the folder in which it was given. */
export const fromHere = (name: SettingName, value: unknown): unknown =>
  typeof value === 'string' && value !== '' && isPath(name) && !takes(name, value) ? resolve(value) : value;

/** Whether a setting is a path, and no relative one: a word that is none of these is not made one. */
const isPath = (name: SettingName): boolean =>
  takes(name, resolve('x')) && !takes(name, 'x') && !takes(name, '1');

const takes = (name: SettingName, value: string): boolean => SETTINGS[name].safeParse(value).success;
