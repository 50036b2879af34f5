import { allowedBy, allowedIn } from './describe.ts';
import { endpointMeant } from './endpoint.ts';
import { SettingsError } from './errors.ts';
import { FileKeys } from './file/file-keys.ts';
import {
  LISTENER,
  LISTENER_NAMES,
  type ListenerName,
  type ListenerValues,
  listenWith,
} from './file/old-keys.ts';
import { TomlDocument } from './file/toml-document.ts';
import { flagOf, keyOf, SETTING_NAMES, variableOf, whatIsMeant } from './names.ts';
import { fromHere } from './paths.ts';
import { capped, NO_POLICY, type Policy, same } from './policy.ts';
import { explain, SETTINGS, type SettingName, type Settings } from './schema/index.ts';
import { withoutPassword } from './store-url.ts';

/** Raw values of one source, as given; a value that is undefined is not set. */
export type Layer = Readonly<Partial<Record<SettingName | ListenerName, unknown>>>;

/** Everything settings come from; the later wins, and the policy over all. */
export interface Sources {
  readonly file?: { readonly path: string; readonly document: TomlDocument } | undefined;
  readonly environment?: NodeJS.ProcessEnv;
  readonly flags?: Layer;
  readonly policy?: Policy | undefined;
}

/** Where a value comes from: `default`, `file:line`, a variable, a flag, or the policy. */
export interface Resolved {
  readonly settings: Settings;
  readonly origins: Readonly<Record<SettingName, string>>;
  /** What the policy took away, for the log: `limits.maxConnections 10 -> 1`. */
  readonly capped: readonly string[];
  /** Says that the file has keys of an earlier version, and what they are now; undefined if it has none. */
  readonly outdated: string | undefined;
}

/** @throws SettingsError for a value that is not allowed and for a key that does not exist */
export function resolveSettings({
  file,
  environment = {},
  flags = {},
  policy = NO_POLICY,
}: Sources): Resolved {
  const values = new Map<SettingName, unknown>();
  const origins = new Map<SettingName, string>();
  const put = (name: SettingName, value: unknown, origin: string, key = keyOf(name)) => {
    values.set(name, readValue(name, value, origin, key));
    origins.set(name, origin);
  };
  /** Puts parts of `listen` that have names of their own, as they were read. */
  const putParts = (parts: ReadonlyMap<ListenerName, unknown>, origin: string) => {
    if (parts.size === 0) return;
    const listen = values.get('listen') as string[];
    put('listen', listenWith(listen, Object.fromEntries(parts) as ListenerValues), origin);
  };
  for (const name of SETTING_NAMES) put(name, undefined, 'default');
  const inFile = new Map<ListenerName, unknown>();
  let lastInFile = '';
  const keys = new FileKeys();
  const outdated: string[] = [];
  for (const { key, value, from } of file?.document.assignments ?? []) {
    const where = `${file!.path}:${from}`;
    const { name, part, isOld } = keys.read(key, where);
    if (isOld)
      outdated.push(
        `${where}: ${key} ${part ? 'is now part of listen' : name ? `is now ${keyOf(name)}` : 'has no effect'}`,
      );
    if (part) {
      inFile.set(part, readPart(part, value, `${where}: ${key}`));
      lastInFile = where;
    } else if (name) put(name, value, where, key);
  }
  putParts(inFile, lastInFile);
  for (const [given, originOf] of [
    [(name: string) => environment[variableOf(name)], variableOf],
    [(name: string) => (flags as Readonly<Record<string, unknown>>)[name], flagOf],
  ] as const) {
    for (const name of SETTING_NAMES)
      if (given(name) !== undefined) put(name, fromHere(name, given(name)), originOf(name));
    const parts = LISTENER_NAMES.filter((part) => given(part) !== undefined);
    const read = parts.map((part) => [part, readPart(part, given(part), originOf(part))] as const);
    putParts(new Map(read), parts.map(originOf).join(' '));
  }
  const lost: string[] = [];
  for (const [name, rule] of policy) {
    const value = values.get(name);
    const left = readValue(name, capped(rule, value), 'policy');
    if (same(left, value)) continue;
    lost.push(`${keyOf(name)} ${JSON.stringify(value)} -> ${JSON.stringify(left)}`);
    values.set(name, left);
    origins.set(name, 'policy');
  }
  return {
    settings: Object.fromEntries(values) as Settings,
    origins: Object.fromEntries(origins) as Record<SettingName, string>,
    capped: lost,
    outdated: outdated.length === 0 ? undefined : advice(outdated),
  };
}

/** What {@link Resolved.outdated} says of a file. @throws SettingsError as {@link resolveSettings} */
export const outdatedIn = (path: string, text: string): string | undefined =>
  resolveSettings({ file: { path, document: new TomlDocument(path, text) } }).outdated;

/**
 * Settings from default, environment and flags alone.
 *
 * @throws SettingsError for a value that is not allowed
 */
export const loadSettings = (environment: NodeJS.ProcessEnv, flags: Layer): Settings =>
  resolveSettings({ environment, flags }).settings;

/** A value as its setting has it. @throws SettingsError that names the origin, in a file the key, and what is allowed */
export function readValue(name: SettingName, value: unknown, origin: string, key = keyOf(name)): unknown {
  const result = SETTINGS[name].safeParse(value);
  if (result.success) return result.data;
  const where = origin.includes(':') ? `${origin}: ${key}` : origin;
  const allowed = allowedBy(name);
  const words = allowed === 'string' ? explain(result.error) : allowed;
  const why = name === 'listen' ? `${words}${whatIsMeant(endpointMeantIn(value))}` : words;
  throw new SettingsError(
    `${where}: invalid value ${withoutPassword(JSON.stringify(value) ?? '')}; allowed: ${why}`,
  );
}

/** A part of `listen` that has a name of its own. @throws SettingsError as {@link readValue} */
export function readPart(name: ListenerName, value: unknown, origin: string): unknown {
  const result = LISTENER[name].safeParse(value);
  if (result.success) return result.data;
  throw new SettingsError(
    `${origin}: invalid value ${JSON.stringify(value)}; allowed: ${allowedIn(LISTENER[name])}`,
  );
}

/** What is meant by the first port without a host, in a list or in words. */
const endpointMeantIn = (value: unknown): string | undefined =>
  String(value)
    .split(',')
    .map((each) => endpointMeant(each.trim()))
    .find((meant) => meant !== undefined);

function advice([first, ...others]: readonly string[]): string {
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `${first}${more}; "rconfig migrate" rewrites the file`;
}
