import { mayChange, model, type View } from '../base/model.ts';
import { h, icon, put, span } from '../base/nodes.ts';
import { empty, heading, order, section } from '../base/parts.ts';
import { plural, same } from '../base/words.ts';
import { CHOSEN, choices } from './choices.ts';
import { drafts, settingOf } from './drafts.ts';
import { settingRow } from './row.ts';

/** All settings: the three that most people set, then the others in groups. */
export function settings(): View {
  const filter = h('input.filter', {
    type: 'search',
    placeholder: 'Find a setting',
    'aria-label': 'Find a setting',
    oninput: () => find(),
  });
  const onlyChanged = h('input', { type: 'checkbox', onchange: () => find() });
  const first = choices();
  const chosen = new Set<string>(Object.values(CHOSEN));
  const others = model.settings!.filter(({ key }) => !chosen.has(key));
  const groups = [...new Set(others.map(({ group }) => group))].map((title) =>
    groupOf(
      title,
      others.filter(({ group }) => group === title).map(({ key }) => key),
    ),
  );
  const index = h('nav.index', { 'aria-label': 'Groups of settings' }, groups.map(linkTo));
  const nothing = empty('No such setting', 'rexecd --help lists all of them.');
  const readAgain = () => order('reload', {}, 'The daemon has read its settings again.');
  const reload = h('button.button', { type: 'button', onclick: readAgain }, 'Reload');
  const note = span('muted', 'A change counts for new connections. Running sessions keep what they have.');
  const node = h(
    'div.view.settings-view',
    heading('Settings', note, reload),
    h(
      'section.choices',
      { 'aria-label': 'What most people set' },
      first.map((each) => each.node),
    ),
    h('div.tools.sticky', filter, h('label.chip', onlyChanged, 'Not default only'), index),
    groups.map((group) => group.node),
    nothing,
  );

  function find(): void {
    const words = filter.value
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    const hasWords = (text: string) => words.every((word) => text.toLowerCase().includes(word));
    const isWanted = (key: string) => {
      const { meaning, value, fallback } = settingOf(key);
      return (
        hasWords(`${key} ${meaning}`) && (!onlyChanged.checked || !same(value, fallback) || drafts.has(key))
      );
    };
    let total = 0;
    for (const group of groups) total += group.find(isWanted);
    for (const { node: set, keys } of first) {
      set.hidden = !keys.some(isWanted);
      total += set.hidden ? 0 : 1;
    }
    nothing.hidden = total > 0;
  }
  return {
    node,
    update(changed) {
      if (changed.has('all')) find();
      if (!['all', 'settings', 'link', 'ticket'].some((topic) => changed.has(topic as 'all'))) return;
      for (const each of first) each.update();
      for (const group of groups) for (const row of group.rows) row.update();
      reload.disabled = !mayChange();
    },
  };
}

type Group = ReturnType<typeof groupOf>;

function groupOf(title: string, keys: readonly string[]) {
  const { node, aside } = section(title, 'group');
  const isFixed = (key: string) => settingOf(key).whyNot !== '';
  const rows = [...keys.filter((key) => !isFixed(key)), ...keys.filter(isFixed)].map(settingRow);
  const firstFixed = rows.find(({ key }) => isFixed(key));
  const why = firstFixed ? settingOf(firstFixed.key).whyNot : '';
  const only = h('p.only', icon('lock'), `Only on the machine, by the command beside it: ${why}.`);
  node.append(
    h(
      'div.settings',
      rows.flatMap((row) => (row === firstFixed ? [only, row.node] : [row.node])),
    ),
  );
  return {
    title,
    node,
    rows,
    /** Shows those that are wanted. @returns how many */
    find(isWanted: (key: string) => boolean): number {
      for (const row of rows) row.node.hidden = !isWanted(row.key);
      const some = rows.filter((row) => !row.node.hidden);
      only.hidden = !some.some(({ key }) => isFixed(key));
      node.hidden = some.length === 0;
      put(aside, plural(some.length, 'setting'));
      return some.length;
    },
  };
}

function linkTo({ title, node }: Group): HTMLElement {
  const go = (event: Event) => {
    event.preventDefault();
    node.scrollIntoView({ block: 'start' });
    const head = node.querySelector('h2')!;
    head.setAttribute('tabindex', '-1');
    head.focus({ preventScroll: true });
  };
  return h('a', { href: '#/settings', onclick: go }, title);
}
