import { readPart } from '../layers.ts';
import { keyOf } from '../names.ts';
import { SETTINGS } from '../schema/index.ts';
import { alter, type Guard } from './alter.ts';
import { type ListenerValues, listenWith, type OldKey, oldKey } from './old-keys.ts';
import { type Assignment, TomlDocument } from './toml-document.ts';
import { COMMENT, commentBehind, HEADER, KEY_AND_EQUALS, written } from './toml-text.ts';

/** Rewrites a settings file that has keys of an earlier version. @returns false when it has none */
export const migrate = (path: string, guard: Guard = {}): Promise<boolean> =>
  alter(path, (before) => (before === undefined ? undefined : migrated(path, before)), guard);

/** An assignment of an old key: its lines, and those of the comments above it. */
interface Moved extends Assignment, OldKey {
  readonly comments: readonly string[];
  readonly lines: readonly string[];
}

/**
 * The same settings under the keys of this version. Each takes its comments along; those that the template of an earlier
 * version had for keys that were not set are dropped.
 *
 * @returns undefined when there is nothing to change
 * @throws SettingsError if the text is not TOML
 */
export function migrated(path: string, text: string): string | undefined {
  const { assignments } = new TomlDocument(path, text);
  const lines = text.split(/\r?\n/);
  const moved = assignments.flatMap((each): Moved[] => {
    const old = oldKey(each.key);
    if (!old) return [];
    const first = commentsAbove(lines, each.from - 1);
    const own = lines.slice(each.from - 1, each.to);
    return [{ ...each, ...old, comments: lines.slice(first, each.from - 1), lines: own }];
  });
  if (moved.length === 0) return undefined;
  const isTaken = (index: number) =>
    moved.some(({ from, to, comments }) => from - 1 - comments.length <= index && index < to);
  const rest = withoutOldTemplate(lines.filter((_, index) => !isTaken(index)));
  const document = new TomlDocument(path, rest.join(text.includes('\r\n') ? '\r\n' : '\n'));
  const parts = moved.filter(({ part }) => part !== undefined);
  if (parts.length > 0)
    document.add('listen', (name) => [
      ...(COMMENT.test(rest[0] ?? '') ? [''] : []), // the head of the file stays apart
      ...parts.flatMap(remarks),
      listenLine(name, path, parts),
    ]);
  for (const { name, comments, lines: own } of moved.filter(({ name, part }) => name && !part))
    document.add(keyOf(name!), (key) => [
      ...comments.map((line) => line.replace(/^# \w+ = /, `# ${key} = `)),
      own[0]!.replace(KEY_AND_EQUALS, `${key} = `),
      ...own.slice(1),
    ]);
  return document.text;
}

/** The first line of the comments right above a line, itself if there are none; the head of the file is about the file. */
function commentsAbove(lines: readonly string[], line: number): number {
  let first = line;
  while (first > 0 && COMMENT.test(lines[first - 1]!)) first -= 1;
  return first === 0 ? line : first;
}

/** The comments of an assignment that becomes part of another one. */
const remarks = ({ comments, lines }: Moved): string[] => {
  const behind = commentBehind(lines.join('\n')).trim();
  return [
    ...comments.filter((line) => !/^# (Allowed: |\w+ = )/.test(line)),
    ...(behind === '' ? [] : [behind]),
  ];
};

function listenLine(name: string, path: string, parts: readonly Moved[]): string {
  const values = parts.map(({ part, key, value, from }) => [
    part,
    readPart(part!, value, `${path}:${from}: ${key}`),
  ]);
  const fallback = SETTINGS.listen.parse(undefined);
  return `${name} = ${written(listenWith(fallback, Object.fromEntries(values) as ListenerValues))}`;
}

/** Without the comments that showed the default of an old key, and without the empty lines that were around them. */
function withoutOldTemplate(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let block: string[] = [];
  let table = '';
  const flush = () => {
    const [, shown] = /^# (\w+) = /.exec(block.at(-1) ?? '') ?? [];
    const key = table === '' ? shown : `${table}.${shown}`;
    const isOld = shown !== undefined && block.some((line) => line.startsWith('# Allowed: ')) && oldKey(key!);
    if (!isOld) kept.push(...block);
    block = [];
  };
  for (const line of lines) {
    if (COMMENT.test(line)) {
      block.push(line);
      continue;
    }
    flush();
    table = HEADER.exec(line)?.[1] ?? table;
    if (line.trim() !== '' || kept.at(-1)?.trim() !== '') kept.push(line);
  }
  flush();
  return kept;
}
