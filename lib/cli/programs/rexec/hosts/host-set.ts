import { expandBrackets } from './expand.ts';
import { HostsError, parseTarget, type Target, targetText } from './target.ts';

/** More than anyone means; a list that says more has a mistake in its ranges. */
const MOST_HOSTS = 65_536;

/** Hosts, each once, in the order in which they were named first. */
export class HostSet {
  readonly #targets = new Map<string, Target>();

  constructor(targets: Iterable<Target> = []) {
    for (const target of targets) this.add(target);
  }

  get targets(): Target[] {
    return [...this.#targets.values()];
  }

  add(target: Target): void {
    this.#targets.set(targetText(target), target);
    if (this.#targets.size > MOST_HOSTS) throw new HostsError(`more than ${MOST_HOSTS} hosts`);
  }

  /** Those of this set that the other one has, or has not. One without a user or port there stands for all of that host. */
  only(isKept: boolean, other: HostSet): HostSet {
    const keys = new Set(other.targets.map(({ host, user, port }) => keyOf(host, user, port)));
    const has = ({ host, user, port }: Target) =>
      [keyOf(host), keyOf(host, user), keyOf(host, undefined, port), keyOf(host, user, port)].some((key) =>
        keys.has(key),
      );
    return new HostSet(this.targets.filter((target) => has(target) === isKept));
  }

  /** Adds those of the other one to this set. */
  and(other: HostSet): this {
    for (const target of other.targets) this.add(target);
    return this;
  }
}

const keyOf = (host: string, user?: string, port?: number): string => JSON.stringify([host, user, port]);

/** What a list does with the hosts so far and those of its next item. */
const OPERATIONS = new Map<string, (so: HostSet, next: HostSet) => HostSet>([
  [',', (so, next) => so.and(next)],
  ['!', (so, next) => so.only(false, next)],
  ['&', (so, next) => so.only(true, next)],
  ['^', (so, next) => so.only(false, next).and(next.only(false, so))],
]);

/** Gives the hosts of a group by its name. */
export type Members = (group: string) => Promise<HostSet>;

/**
 * The hosts of a list such as `web[1-8],@db!web3`, from left to right: `,` or space adds, `!` takes away, `&` keeps what
 * is in both, `^` what is in one of them alone.
 */
export async function hostsOf(list: string, members: Members): Promise<HostSet> {
  let hosts = new HostSet();
  let operation = ',';
  let isFirst = true;
  for (const word of wordsOf(list)) {
    if (OPERATIONS.has(word)) {
      if (word !== ',' && isFirst) throw new HostsError(`${list}: ${LEADING[word]}`);
      operation = word;
    } else {
      hosts = OPERATIONS.get(operation)!(hosts, await hostsOfItem(word, members));
      operation = ',';
      isFirst = false;
    }
  }
  if (operation !== ',') throw new HostsError(`${list}: expected a host after ${operation}`);
  return hosts;
}

const NOT_FIRST = 'nothing to take it from; to leave hosts out of all lists use -x';
const LEADING: Readonly<Record<string, string>> = {
  '!': NOT_FIRST,
  '&': 'expected a host before &',
  '^': 'expected a host before ^; for a file of hosts use --hosts-file',
};

async function hostsOfItem(item: string, members: Members): Promise<HostSet> {
  const hosts = new HostSet();
  for (const name of expandBrackets(item)) {
    const { user, group } = /^(?:(?<user>[^@]+)@)?@(?<group>[^@:]+)$/.exec(name)?.groups ?? {};
    if (group === undefined) hosts.add(parseTarget(unlessOfOthers(name)));
    else
      for (const target of (await members(group)).targets)
        hosts.add(user === undefined ? target : { user, ...target });
  }
  return hosts;
}

/** Items that mean something to pdsh and clush, and nothing here. */
function unlessOfOthers(item: string): string {
  if (item.startsWith('-')) throw new HostsError(`${item}: to leave hosts out use -x ${item.slice(1)}`);
  if (item.startsWith('/'))
    throw new HostsError(`${item}: patterns are not known; name the hosts or a group`);
  if (/^@[^@]+:/.test(item))
    throw new HostsError(`${item}: groups have no source; write @${item.slice(item.indexOf(':') + 1)}`);
  return item;
}

/** Items and what stands between them; a comma or a space inside brackets is none. */
function* wordsOf(list: string): Generator<string> {
  let depth = 0;
  let item = '';
  for (const character of list) {
    if (depth === 0 && (OPERATIONS.has(character) || /\s/.test(character))) {
      if (item !== '') yield item;
      if (OPERATIONS.has(character)) yield character;
      item = '';
      continue;
    }
    if (character === '[') depth += 1;
    if (character === ']') depth = Math.max(0, depth - 1);
    item += character;
  }
  if (item !== '') yield item;
}
