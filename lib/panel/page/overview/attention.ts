import type { EventRow } from '../../topics.ts';
import { clockNow, model } from '../base/model.ts';
import { h, icon, type Kept, KeyedList, put, span } from '../base/nodes.ts';
import { empty, LEVEL_WORDS, LEVELS, section } from '../base/parts.ts';
import { capital, clock, count } from '../base/words.ts';
import { fieldsIn } from '../events/fields.ts';

const HOUR_MS = 3_600_000;
const MOST = 8;

interface Group {
  readonly last: EventRow;
  readonly times: number;
}

/** Warnings and errors of the last hour, one row a kind, and what to do. */
export function attention() {
  const { node, aside } = section('Needs attention', 'attention');
  const list = h('ul.notices');
  const calm = empty('Nothing needs attention', 'No warning and no error in the last hour.');
  node.append(list, calm);
  aside.append(h('a', { href: '#/events' }, 'All events'));
  const rows = new KeyedList<Group>(
    list,
    ({ last }) => last.id,
    ({ last }) => notice(last),
  );

  function update(): void {
    const groups = new Map<string, Group>();
    for (const each of model.events ?? []) {
      if (each.at < clockNow() - HOUR_MS || (each.level !== 'error' && each.level !== 'warn')) continue;
      groups.set(each.id, { last: each, times: (groups.get(each.id)?.times ?? 0) + each.count });
    }
    const sorted = [...groups.values()].sort(
      ({ last: one }, { last: other }) => rank(one) - rank(other) || (one.id < other.id ? -1 : 1),
    ); // an order that does not change
    list.hidden = sorted.length === 0;
    calm.hidden = sorted.length > 0;
    rows.show(sorted.slice(0, MOST));
  }
  return { node, update };
}

const rank = ({ level }: EventRow): number => LEVELS.indexOf(level as 'error');

function notice({ id, level, text, meaning }: EventRow): Kept<Group> {
  const times = span('times');
  const when = h('time.muted');
  const what = span('mono latest');
  const showFields = fieldsIn(what);
  const link = h('a', { href: `#/events?filter=${id}` }, capital(text));
  const title = h('p.title', span('hidden', `${LEVEL_WORDS[level]}: `), link, times, what, when);
  return {
    node: h('li.notice', icon(level, level), h('div', title, h('p.meaning', meaning))),
    show({ last, times: many }) {
      put(times, many > 1 ? `×${count(many)}` : '');
      put(when, clock(last.at));
      showFields(last);
    },
  };
}
