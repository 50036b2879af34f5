import type { EventRow, Level } from '../../topics.ts';
import { model, type View } from '../base/model.ts';
import { h, icon, KeyedList, put, span } from '../base/nodes.ts';
import { empty, heading, LEVEL_WORDS, LEVELS } from '../base/parts.ts';
import { count } from '../base/words.ts';
import { eventRow, type Run } from './row.ts';

const PAGE = 100; // runs

/** What happened, and what to do. */
export function events(query: URLSearchParams): View {
  const wanted = new Set<Level>((query.get('level') ?? LEVELS.join()).split(',') as Level[]);
  let most = PAGE;
  let upTo = 0; // later ones are counted in the button
  let isPointed = false;
  const boxes = LEVELS.map((level) => {
    const number = span('number');
    const onchange = () => {
      if (box.checked) wanted.add(level);
      else wanted.delete(level);
      refresh(true);
    };
    const box = h('input', { type: 'checkbox', checked: wanted.has(level), onchange });
    return { level, number, node: h('label.chip', box, icon(level, level), LEVEL_WORDS[level], number) };
  });
  const filter = h('input.filter', {
    type: 'search',
    placeholder: 'Filter: REXECD-300, 10.20.7, oracle',
    'aria-label': 'Filter events',
    value: query.get('filter') ?? '',
    oninput: () => refresh(true),
  });
  const point = (isThere: boolean) => () => {
    isPointed = isThere;
  };
  const list = h('ol.events', { onpointerenter: point(true), onpointerleave: point(false) });
  const news = h(
    'button.button.quiet.news',
    { type: 'button', disabled: true, onclick: () => refresh(true) },
    'Up to date',
  );
  const none = empty(
    'No event',
    'Nothing of these levels, or nothing that matches, among what the daemon remembers: warnings, errors, and what happened to itself.',
  );
  const older = () => {
    most += PAGE;
    refresh(true);
  };
  const more = h('button.button', { type: 'button', onclick: older }, 'Show older');
  const levels = h(
    'fieldset.chips',
    h('legend.hidden', 'Levels'),
    boxes.map((each) => each.node),
  );
  const node = h(
    'div.view',
    heading('Events'),
    h('div.tools', levels, filter, news),
    h('div.sheet', list, none),
    more,
  );
  const rows = new KeyedList<Run>(list, ({ items }) => items.at(-1)!.key, eventRow);

  /** Nothing moves under the pointer, or while an event is open or has the focus. */
  const isHeld = () =>
    isPointed ||
    (node.parentElement?.scrollTop ?? 0) > 0 ||
    list.querySelector('details[open]') !== null ||
    list.contains(document.activeElement);

  function refresh(isForced: boolean): void {
    const all = model.events ?? [];
    if (isForced || !isHeld()) upTo = all.at(-1)?.n ?? 0;
    const { runs, later, totals } = runsOf(all, { wanted, text: filter.value, upTo });
    for (const { level, number } of boxes) put(number, count(totals[level]));
    put(news, later > 0 ? `Show ${count(later)} new` : 'Up to date');
    news.disabled = later === 0;
    none.hidden = runs.length > 0;
    list.hidden = runs.length === 0;
    more.hidden = runs.length <= most;
    rows.show(runs.slice(0, most));
  }
  return {
    node,
    update(changed) {
      if (changed.has('events') || changed.has('all')) refresh(false);
    },
  };
}

interface Wanted {
  readonly wanted: ReadonlySet<Level>;
  readonly text: string;
  readonly upTo: number;
}

function runsOf(events: readonly EventRow[], { wanted, text, upTo }: Wanted) {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const totals = { error: 0, warn: 0, info: 0, debug: 0 };
  const runs: Run[] = [];
  let later = 0;
  for (const each of events.toReversed()) {
    totals[each.level] += each.count;
    const { id, name, fields } = each;
    const searched = `${id} ${name} ${each.text} ${Object.entries(fields).join(' ')}`.toLowerCase();
    if (!wanted.has(each.level) || !words.every((word) => searched.includes(word))) continue;
    if (each.n > upTo) {
      later += 1;
      continue;
    }
    const run = runs.at(-1);
    if (run?.items[0]?.id === id) run.items.push(each);
    else runs.push({ items: [each] });
  }
  return { runs, later, totals };
}
