import { styleText } from 'node:util';

const GAP = '  ';
const WIDTH = 80;
const KB = 1024;

/** Bold if standard output is a terminal that has colours, and the user did not set NO_COLOR. */
export const heading = (text: string): string => styleText('bold', text);

/** Lines of columns, each as wide as its widest cell; the last one has no end. @param right columns of numbers */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join(GAP)
      .trimEnd(),
  );
}

/** A text that is no longer than that; one that was cut ends with three dots. */
export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;

/** A text in lines of at most 80 columns, where its words allow that; each begins with the indent. */
export function wrapped(text: string, indent = '', width = WIDTH): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}

/** A number with its thousands apart. */
export const countText = (count: number): string => count.toLocaleString('en-US');

/** `86 MiB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(KB)));
  return `${Math.round(bytes / KB ** power)} ${units[power]}`;
}

/** The two largest units of a time: `12 d 4 h`, `3 min 20 s`, `7 s`. */
export function durationText(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [Math.floor(seconds) % 60, 's'],
  ] as const;
  const first = parts.findIndex(([number]) => number > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([number]) => number > 0)
    .map(([number, unit]) => `${number} ${unit}`)
    .join(' ');
}

/** `2026-11-29 10:15:22`, where the user is. */
export function timeText(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19).replace('T', ' ');
}
