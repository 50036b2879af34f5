import { dirname, resolve } from 'node:path';
import { configFiles, isTable, tablesOf } from './config-files.ts';
import { expandBrackets } from './expand.ts';
import { type HostDefaults, HostsError, type Target } from './target.ts';

/** A table of a config.toml, for the hosts that its name matches. */
interface Entry {
  readonly matches: (host: string) => boolean;
  readonly defaults: HostDefaults;
}

/** Gives each host what ~/.config/rexec/config.toml has for it, then /etc/rexec/config.toml; the first value counts. */
export async function withDefaults(
  targets: readonly Target[],
  files: readonly string[] = configFiles('config.toml'),
): Promise<readonly Target[]> {
  const entries: Entry[] = [];
  for (const file of files)
    for (const [name, table] of Object.entries((await tablesOf(file)) ?? {}))
      entries.push({
        matches: matcherOf(`${file}: ["${name}"]`, name),
        defaults: defaultsOf(file, name, table),
      });
  if (entries.length === 0) return targets;
  return targets.map((target) => {
    const found = entries.filter(({ matches }) => matches(target.host));
    return { ...target, defaults: Object.assign({}, ...found.map(({ defaults }) => defaults).reverse()) };
  });
}

function defaultsOf(file: string, name: string, table: unknown): HostDefaults {
  const what = `${file}: ["${name}"]`;
  if (!isTable(table))
    throw new HostsError(`${what}: must be a table, named by a host or a pattern such as web*.example.org`);
  const defaults: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(table)) {
    const [isRight, expected] = (Object.hasOwn(KEYS, key) && KEYS[key]) || [];
    if (!isRight)
      throw new HostsError(`${what}: unknown key ${key}; allowed: ${Object.keys(KEYS).join(', ')}`);
    if (!isRight(value)) throw new HostsError(`${what}: ${key}: must be ${expected}`);
    defaults[key] = key === 'ca' ? resolve(dirname(file), String(value)) : value;
  }
  return defaults;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

const KEYS: Readonly<Record<string, readonly [isRight: (value: unknown) => boolean, expected: string]>> = {
  user: [isText, 'a user name'],
  port: [
    (value) => Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536,
    'a number from 1 to 65535',
  ],
  tls: [(value) => typeof value === 'boolean', 'true or false'],
  ca: [isText, 'the path of a PEM file'],
};

const MOST_NAMES = 65_536;

/** In the name of a table brackets have numbers, `*` stands for any characters, `?` for one. */
function matcherOf(what: string, name: string): (host: string) => boolean {
  const names = new Set<string>();
  for (const each of expandBrackets(name)) {
    names.add(each.toLowerCase());
    if (names.size > MOST_NAMES) throw new HostsError(`${what}: more than ${MOST_NAMES} hosts`);
  }
  const patterns = [...names].filter((each) => /[*?]/.test(each)).map(patternOf);
  return (host) => {
    const lower = host.toLowerCase();
    return names.has(lower) || patterns.some((pattern) => pattern.test(lower));
  };
}

const patternOf = (text: string): RegExp =>
  new RegExp(
    `^${text
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll(/\*+/g, '.*')
      .replaceAll('?', '.')}$`,
  );
