import { parse, type TomlError } from 'smol-toml';
import { SettingsError } from '../errors.ts';
import {
  COMMENT,
  commentBehind,
  commentsIn,
  HEADER,
  KEY_AND_EQUALS,
  relisted,
  written,
} from './toml-text.ts';

/** A value of a file, and where it is: lines count from 1. */
export interface Assignment {
  readonly key: string;
  readonly value: unknown;
  readonly from: number;
  readonly to: number;
}

interface Survey {
  readonly assignments: Assignment[];
  readonly headers: readonly { readonly table: string; readonly line: number }[]; // counts from 0
}

const BYTE_ORDER_MARK = '\ufeff';

/** A TOML file as a person wrote it: its values can be read and changed, its comments and order stay. */
export class TomlDocument {
  readonly #path: string;
  readonly #mark: string;
  readonly #end: string; // of new lines
  #lines: string[]; // each with its end; the file's last may have none

  /** @throws SettingsError that names the line when the text is not TOML */
  constructor(path: string, text: string) {
    this.#path = path;
    this.#mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
    this.#lines = text.slice(this.#mark.length).match(/[^\n]*\n|[^\n]+$/g) ?? [];
    this.#end = this.#lines[0]?.endsWith('\r\n') ? '\r\n' : '\n';
    try {
      parse(text);
    } catch (cause) {
      const { line = 0, message } = cause as TomlError;
      throw new SettingsError(`${path}:${line}: ${message.split('\n')[0]}`, { cause });
    }
  }

  get text(): string {
    return this.#mark + this.#lines.join('');
  }

  /** All it says, as tables. */
  get values(): Readonly<Record<string, unknown>> {
    return parse(this.text);
  }

  /** Every value, in the order of the file. @throws SettingsError for a key that cannot be a setting's */
  get assignments(): Assignment[] {
    return this.#survey().assignments;
  }

  /** Gives a key a value: in its place; else below the comment that shows it; else at the end of its table. */
  set(key: string, value: unknown): void {
    const survey = this.#survey();
    const present = survey.assignments.find((each) => each.key === key);
    if (present) this.#replace(present, value);
    else this.add(key, (name) => [`${name} = ${written(value)}`]);
  }

  /** Puts the lines that give a key its value, which it does not have, where it belongs. */
  add(key: string, linesFor: (name: string) => readonly string[]): void {
    const survey = this.#survey();
    const [table, name] = key.includes('.') ? (key.split('.') as [string, string]) : ['', key];
    const sister = survey.assignments.findLast((each) => each.key.startsWith(`${table}.`));
    const hasTable = table === '' || survey.headers.some((each) => each.table === table);
    if (hasTable) this.#insert(this.#placeIn(survey, table, name), linesFor(name));
    else if (sister) this.#insert(sister.to, linesFor(key));
    else this.#append(`[${table}]`, ...linesFor(name));
  }

  /** @returns false when the key was not there */
  unset(key: string): boolean {
    const present = this.assignments.find((each) => each.key === key);
    if (present) this.#splice(present.from - 1, present.to, []);
    return present !== undefined;
  }

  #survey(): Survey {
    const assignments: Assignment[] = [];
    const headers: { table: string; line: number }[] = [];
    for (let line = 0; line < this.#lines.length; line += 1) {
      const text = this.#textOf(line, line);
      if (/^\s*(#|$)/.test(text)) continue;
      const header = HEADER.exec(text)?.[1];
      if (header !== undefined) headers.push({ table: namesOf(header).join('.'), line });
      else {
        const to = this.#endOf(line);
        const names = namesOf(KEY_AND_EQUALS.exec(text)![1]!);
        let value: unknown = parse(this.#textOf(line, to));
        for (const name of names) value = (value as Record<string, unknown>)[name];
        const table = headers.at(-1)?.table ?? '';
        const key = [...(table === '' ? [] : [table]), ...names].join('.');
        assignments.push({ key, value, from: line + 1, to: to + 1 });
        line = to;
      }
    }
    return { assignments, headers };
  }

  /** The last line of an assignment: arrays and strings may have several. */
  #endOf(line: number): number {
    const isKey = KEY_AND_EQUALS.test(this.#textOf(line, line));
    for (let to = line; isKey && to < this.#lines.length; to += 1) {
      try {
        parse(this.#textOf(line, to));
        return to;
      } catch {} // not complete yet: the whole file is known to be good
    }
    throw new SettingsError(
      `${this.#path}:${line + 1}: unsupported syntax; use only "[table]" and "key = value" lines`,
    );
  }

  #replace({ value: present, from, to }: Assignment, value: unknown): void {
    const text = this.#textOf(from - 1, to - 1);
    const isList = from < to && Array.isArray(present) && Array.isArray(value);
    const lines = isList && relisted(text.split(/\r?\n/), present, value);
    if (lines) return this.#splice(from - 1, to, lines);
    const behind = commentBehind(text);
    const others = commentsIn(text.slice(0, text.length - behind.length));
    const [start] = KEY_AND_EQUALS.exec(text)!;
    this.#splice(from - 1, to, [...others, `${start}${written(value)}${behind}`]);
  }

  /** Where a key goes in a table that the file has: the index of the line it is put before. */
  #placeIn({ assignments, headers }: Survey, table: string, name: string): number {
    const first = table === '' ? 0 : headers.find((each) => each.table === table)!.line + 1;
    const next = headers.find(({ line }) => line >= first)?.line;
    const end = next ?? this.#lines.length;
    const shown = new RegExp(`^#\\s*${name}\\s*=`);
    for (let line = first; line < end; line += 1) {
      const isValue = assignments.some(({ from, to }) => from <= line + 1 && line + 1 <= to);
      if (!isValue && shown.test(this.#lines[line]!)) return line + 1;
    }
    let place = end;
    const skip = (what: RegExp) => {
      while (place > first && what.test(this.#lines[place - 1]!)) place -= 1;
    };
    if (next !== undefined) skip(COMMENT); // what stands right above a table is about the table
    skip(/^\s*$/);
    return place;
  }

  #insert(place: number, texts: readonly string[]): void {
    const next = this.#lines.slice(place).find((line) => !COMMENT.test(line));
    this.#splice(place, place, next !== undefined && HEADER.test(bare(next)) ? [...texts, ''] : texts);
  }

  #append(...texts: string[]): void {
    const isApart = this.#lines.length === 0 || this.#lines.at(-1)!.trim() === '';
    this.#splice(this.#lines.length, this.#lines.length, isApart ? texts : ['', ...texts]);
  }

  /** Puts lines, given without their ends, in the place of others. The file's last line has an end if it had one. */
  #splice(from: number, to: number, texts: readonly string[]): void {
    const isEnded = this.#lines.at(-1)?.endsWith('\n') ?? true;
    const end = this.#end;
    const before = this.#lines.slice(0, from).map((line) => (line.endsWith('\n') ? line : line + end));
    const lines = [...before, ...texts.map((text) => text + end), ...this.#lines.slice(to)];
    if (!isEnded && to === this.#lines.length && lines.length > 0) lines.push(bare(lines.pop()!));
    this.#lines = lines;
  }

  #textOf(from: number, to: number): string {
    return bare(this.#lines.slice(from, to + 1).join(''));
  }
}

const bare = (line: string): string => line.replace(/\r?\n$/, '');

/** The names of a dotted key, unquoted. */
function namesOf(key: string): string[] {
  const names: string[] = [];
  for (let node: unknown = parse(`${key} = 0`); typeof node === 'object' && node !== null; ) {
    const [name] = Object.keys(node) as [string];
    names.push(name);
    node = (node as Record<string, unknown>)[name];
  }
  return names;
}
