import { parse, type TomlError } from 'smol-toml';
import { SettingsError } from './errors.ts';

/** A value of a file, and where it is: lines count from 1. */
export interface Assignment {
  readonly key: string;
  readonly value: unknown;
  readonly from: number;
  readonly to: number;
}

const HEADER = /^\s*\[\s*([\w.-]+)\s*\]\s*(?:#.*)?$/;
const ASSIGNED = /^(\s*[\w.-]+(?:\s*\.\s*[\w-]+)*\s*=\s*)/;

/** A TOML file as a person wrote it: its values can be read and changed, its comments and order stay. */
export class TomlDocument {
  readonly #path: string;
  #lines: string[];

  /** @throws SettingsError that names the line when the text is not TOML */
  constructor(path: string, text: string) {
    this.#path = path;
    this.#lines = text.split('\n');
    try {
      parse(text);
    } catch (cause) {
      const { line = 0, message } = cause as TomlError;
      throw new SettingsError(`${path}:${line}: ${message.split('\n')[0]}`, { cause });
    }
  }

  get text(): string {
    return this.#lines.join('\n');
  }

  /** Every value, in the order of the file. @throws SettingsError for a key that cannot be a setting's */
  get assignments(): Assignment[] {
    const found: Assignment[] = [];
    let table = '';
    for (let line = 0; line < this.#lines.length; line += 1) {
      const text = this.#lines[line]!;
      const header = HEADER.exec(text)?.[1];
      if (header !== undefined) table = header;
      else if (/^\s*[^#\s]/.test(text)) {
        const to = this.#endOf(line);
        const { key, value } = this.#read(table, line, to);
        found.push({ key, value, from: line + 1, to: to + 1 });
        line = to;
      }
    }
    return found;
  }

  /** Gives a key a value: in its place; else below the comment that shows it; else at the end of its table. */
  set(key: string, value: unknown): void {
    const present = this.assignments.find((each) => each.key === key);
    const [table, name] = key.includes('.') ? (key.split('.') as [string, string]) : ['', key];
    const text = JSON.stringify(value);
    if (present) {
      const first = this.#lines[present.from - 1]!;
      const [, start] = ASSIGNED.exec(first)!;
      const comment = present.from === present.to ? commentOf(first) : '';
      this.#lines.splice(present.from - 1, present.to - present.from + 1, `${start}${text}${comment}`);
      return;
    }
    this.#lines.splice(this.#placeFor(table, name), 0, `${name} = ${text}`);
  }

  /** @returns false when the key was not there */
  unset(key: string): boolean {
    const present = this.assignments.find((each) => each.key === key);
    if (present) this.#lines.splice(present.from - 1, present.to - present.from + 1);
    return present !== undefined;
  }

  #placeFor(table: string, name: string): number {
    const headers = this.#lines.map((line) => HEADER.exec(line)?.[1]);
    const first = table === '' ? 0 : headers.indexOf(table) + 1;
    if (table !== '' && first === 0) {
      if (this.#lines.at(-1) === '') this.#lines.pop();
      this.#lines.push(...(this.#lines.length > 0 ? [''] : []), `[${table}]`, '');
      return this.#lines.length - 1;
    }
    const next = headers.findIndex((header, index) => header !== undefined && index >= first);
    const end = next === -1 ? this.#lines.length : next;
    const shown = this.#lines.findIndex(
      (line, index) => index >= first && index < end && new RegExp(`^#\\s*${name}\\s*=`).test(line),
    );
    if (shown !== -1) return shown + 1;
    let place = end;
    while (place > first && this.#lines[place - 1]!.trim() === '') place -= 1;
    return place;
  }

  /** The last line of an assignment: arrays and strings may have several. */
  #endOf(line: number): number {
    for (let to = line; to < this.#lines.length; to += 1) {
      try {
        parse(this.#lines.slice(line, to + 1).join('\n'));
        return to;
      } catch {} // not complete yet: the whole file is known to be good
    }
    throw new SettingsError(`${this.#path}:${line + 1}: only plain tables and keys`);
  }

  #read(table: string, from: number, to: number): { key: string; value: unknown } {
    const head = table === '' ? [] : table.split('.');
    let node: unknown = parse(this.#lines.slice(from, to + 1).join('\n'));
    const path = [...head];
    // One assignment gives one branch; a table as a value is a value (policy.toml has those).
    const depth = ASSIGNED.exec(this.#lines[from]!)?.[1]?.split('.').length ?? 1;
    for (let level = 0; level < depth; level += 1) {
      const [name] = Object.keys(node as object);
      if (name === undefined) break;
      path.push(name);
      node = (node as Record<string, unknown>)[name];
    }
    return { key: path.join('.'), value: node };
  }
}

/** The comment behind a value on its line, with the space before it. */
function commentOf(line: string): string {
  for (let at = line.indexOf('#'); at !== -1; at = line.indexOf('#', at + 1)) {
    try {
      parse(line.slice(0, at));
      return line.slice(line.slice(0, at).trimEnd().length);
    } catch {} // this one is inside a string
  }
  return '';
}
