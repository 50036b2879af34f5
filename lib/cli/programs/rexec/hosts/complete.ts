import { Groups } from './groups.ts';
import { HostSet } from './host-set.ts';
import { targetText } from './target.ts';

/** More than anyone reads, and more than a shell shows without asking. */
const MOST_WORDS = 2000;
/** What a list has before its last item, and a user before its host. */
const ITEM = /^(?<head>.*[,!&^\s])?(?<user>[^@]+@)?(?<item>.*)$/s;

/** What a list of hosts may become: groups, and the hosts of those that run no command, instead of its last item. */
export async function completionsOf(list: string, groups = new Groups()): Promise<string[]> {
  const { head = '', user = '', item = '' } = ITEM.exec(list)?.groups ?? {};
  const all = await groups.all;
  const hosts = new HostSet();
  for (const { value } of all.values())
    for (const each of 'command' in value ? [] : value)
      if (!each.includes('@')) hosts.and(await groups.hostsOf(each));
  const names = user === '' ? [...all.keys()].map((name) => `@${name}`) : [];
  return [...names, ...hosts.targets.map(targetText)]
    .filter((name) => name.startsWith(item))
    .slice(0, MOST_WORDS)
    .map((name) => head + user + name);
}
