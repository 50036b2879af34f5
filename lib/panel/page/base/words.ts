import type { SettingValue } from '../../topics.ts';

const numbers = new Intl.NumberFormat('en');
const two = (value: number): string => String(value).padStart(2, '0');

export const count = (value: number): string => numbers.format(value);

export const plural = (value: number, word: string, words = `${word}s`): string =>
  `${count(value)} ${value === 1 ? word : words}`;

export const decimal = (value: number | null): string =>
  value === null ? '–' : value !== 0 && value < 0.1 ? value.toFixed(2) : value.toFixed(1);

/** A time of day. @param at milliseconds since 1970 */
export function clock(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

/** @param ms milliseconds */
export function duration(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000));
  const [days, hours] = [Math.floor(all / 86_400), Math.floor(all / 3600) % 24];
  const [minutes, seconds] = [Math.floor(all / 60) % 60, all % 60];
  if (days > 0) return `${days}\u00a0d\u00a0${two(hours)}\u00a0h`;
  if (hours > 0) return `${hours}\u00a0h\u00a0${two(minutes)}\u00a0m`;
  return minutes > 0 ? `${minutes}\u00a0m\u00a0${two(seconds)}\u00a0s` : `${seconds}\u00a0s`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function bytes(value: number): string {
  const power = value < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3));
  return `${power === 0 ? value : (value / 1000 ** power).toFixed(1)} ${UNITS[power]}`;
}

/** SECURITY: what a peer can choose may hold control and direction characters: they are shown, not obeyed. */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );

/** A value of a setting, to be read. */
export const shown = (value: SettingValue): string => {
  if (typeof value === 'object') return value.join(', ') || 'none';
  return value === '' ? 'empty' : printable(String(value));
};

/** A word for a shell. */
export const quoted = (word: string): string =>
  /^[\w./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** The command that makes a change; of a default value, the one that takes it out of the file. */
export function rconfig(key: string, value: SettingValue, fallback: SettingValue): string {
  if (same(value, fallback)) return `sudo rconfig unset ${key}`;
  const words = typeof value === 'object' ? value : [String(value)];
  return `sudo rconfig set ${key} ${words.map(quoted).join(' ')}`;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
