import { nearestTo } from '../../../../text/index.ts';
import { configFiles, isTable, tablesOf } from './config-files.ts';
import { type GroupCommand, outputOf } from './group-command.ts';
import { HostSet, hostsOf } from './host-set.ts';
import { HostsError } from './target.ts';

/** A group as its file has it. */
export interface Group {
  readonly file: string;
  /** Lists of hosts and groups, or a command that prints them. */
  readonly value: readonly string[] | GroupCommand;
}

/** The groups of ~/.config/rexec/groups.toml and, where that has none of the name, of /etc/rexec/groups.toml. */
export class Groups {
  readonly #files: readonly string[];
  readonly #members = new Map<string, Promise<HostSet>>();
  #groups: Promise<ReadonlyMap<string, Group>> | undefined;

  constructor(files: readonly string[] = configFiles('groups.toml')) {
    this.#files = files;
  }

  /** Every group by its name. @throws HostsError or SettingsError that names the file */
  get all(): Promise<ReadonlyMap<string, Group>> {
    this.#groups ??= read(this.#files);
    return this.#groups;
  }

  /** The hosts of a list, which may name groups. @throws HostsError, SettingsError */
  hostsOf(list: string, trail: readonly string[] = []): Promise<HostSet> {
    return hostsOf(list, (name) => this.#membersOf(name, trail));
  }

  /** A group is asked for its hosts once. `trail` has the groups that lead to it. */
  #membersOf(name: string, trail: readonly string[]): Promise<HostSet> {
    if (trail.includes(name)) {
      const circle = [...trail.slice(trail.indexOf(name)), name].map((each) => `@${each}`);
      throw new HostsError(`@${name}: the group contains itself: ${circle.join(' > ')}`);
    }
    const found = this.#members.get(name);
    if (found) return found;
    const members = this.#find(name, [...trail, name]);
    this.#members.set(name, members);
    return members;
  }

  async #find(name: string, trail: readonly string[]): Promise<HostSet> {
    const all = await this.all;
    const group = all.get(name);
    if (!group) {
      const nearest = nearestTo(name, [...all.keys()]);
      const hint =
        nearest === undefined ? `the groups are in ${this.#files[0]}` : `did you mean @${nearest}?`;
      throw new HostsError(`@${name}: unknown group; ${hint}`);
    }
    const lists =
      'command' in group.value
        ? (await outputOf(`${group.file}: group ${name}`, group.value)).split('\n')
        : group.value;
    const hosts = new HostSet();
    for (const list of lists) hosts.and(await this.hostsOf(list.replace(/#.*/, ''), trail));
    return hosts;
  }
}

async function read(files: readonly string[]): Promise<ReadonlyMap<string, Group>> {
  const groups = new Map<string, Group>();
  for (const file of files)
    for (const [name, value] of Object.entries((await tablesOf(file)) ?? {}))
      if (!groups.has(name))
        groups.set(name, { file, value: checked(`${file}: group ${name}`, name, value) });
  return groups;
}

function checked(what: string, name: string, value: unknown): Group['value'] {
  if (!/^[^\s@:,!&^[\]]+$/.test(name)) throw new HostsError(`${what}: a group's name is one word`);
  if (typeof value === 'string') return [value];
  if (isTexts(value)) return value;
  const { command, seconds, ...others } = isTable(value) ? value : ({} as Record<string, unknown>);
  const isTime = seconds === undefined || (typeof seconds === 'number' && seconds > 0 && seconds <= 3600);
  if (isTexts(command) && command.length > 0 && isTime && Object.keys(others).length === 0)
    return { command, seconds };
  throw new HostsError(
    `${what}: must be a list of hosts, or a table such as { command = ["program"], seconds = 5 }`,
  );
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
