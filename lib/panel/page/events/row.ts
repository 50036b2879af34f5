import type { EventRow } from '../../topics.ts';
import { h, icon, type Kept, KeyedList, put, span } from '../base/nodes.ts';
import { command, LEVEL_WORDS, scroller } from '../base/parts.ts';
import { capital, clock, count } from '../base/words.ts';
import { fieldsIn, fieldsOf } from './fields.ts';

const MOST = 50;

/** A run of events of one kind, the last one first: a storm is one line. */
export interface Run {
  readonly items: EventRow[];
}

export function eventRow({ items: [first] }: Run): Kept<Run> {
  const { id, level, text, meaning } = first!;
  const when = h('time');
  const times = span('times');
  const latest = span('mono latest');
  const showFields = fieldsIn(latest);
  const body = h('tbody');
  const rows = new KeyedList<EventRow>(
    body,
    ({ n }) => n,
    (each) => ({
      node: h(
        'tr',
        h('th', { scope: 'row' }, clock(each.at)),
        h('td.number', each.count > 1 ? `×${count(each.count)}` : ''),
        h('td.mono', fieldsOf(each, true)),
      ),
    }),
  );
  const title = span('title-line', span('title', capital(text)), times);
  const details = h(
    'details',
    h(
      'summary',
      when,
      span('level', icon(level, level), LEVEL_WORDS[level]),
      span('id mono', id),
      span('what', title, latest, span('meaning', meaning)),
      icon('down', 'fold'),
    ),
    h(
      'div.inside',
      scroller(`Fields of ${text}`, h('table', body)),
      command(`journalctl REXECD_ID=${id}`).node,
    ),
  );
  let items: readonly EventRow[] = [];
  const fill = () => details.open && rows.show(items.slice(0, MOST));
  details.addEventListener('toggle', fill);
  return {
    node: h('li', details),
    show(run) {
      items = run.items;
      const [newest] = run.items;
      const since = Math.min(...items.map((each) => each.since));
      const total = items.reduce((sum, each) => sum + each.count, 0);
      put(when, clock(newest!.at));
      put(times, total > 1 ? `${count(total)} times since ${clock(since)}` : '');
      showFields(newest!);
      fill();
    },
  };
}
