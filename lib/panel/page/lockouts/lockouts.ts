import type { LockoutRow } from '../../topics.ts';
import { clockNow, mayChange, model, type View } from '../base/model.ts';
import { h, icon, type Kept, KeyedList, put, span } from '../base/nodes.ts';
import { columns, command, confirmed, empty, heading, order, scroller } from '../base/parts.ts';
import { count, duration, plural, printable } from '../base/words.ts';
import { refusals } from './refusals.ts';

const KINDS = {
  pair: 'user from an address',
  address: 'whole address',
  user: 'user, from anywhere',
} as const;

/** Who is locked out for wrong logins, with buttons to end it. */
export function lockouts(): View {
  const all = h('button.button', { type: 'button', onclick: unlockAll }, 'Unlock all…');
  const body = h('tbody');
  const act = [span('hidden', 'Unlock'), 'act'] as const;
  const head = columns('Locked out', ['Wrong logins', 'number'], ['Lockout', 'number'], 'Left', act);
  const table = scroller('Lockouts', h('table.wide', head, body));
  const calm = empty('Nobody is locked out', 'Logins that fail are counted for 15 minutes.');
  const rule = h('p.rule');
  const refused = refusals();
  const node = h(
    'div.view.lockouts',
    heading('Lockouts', all),
    h('div.sheet', table, calm),
    rule,
    h('p.same', 'The same on the machine ', command('sudo rexecd lockouts').node),
    refused.node,
  );
  const longest = new Map<string, number>(); // what was left when a lockout was first seen
  const rows = new KeyedList<LockoutRow>(
    body,
    ({ subject }) => subject,
    (item) => rowOf(item, longest),
  );

  async function unlockAll(): Promise<void> {
    const many = plural(model.lockouts?.length ?? 0, 'lockout');
    const text = `${many} will end, also those of addresses that are guessing passwords.`;
    const isSure = await confirmed({
      title: 'Unlock all?',
      body: [h('p', text)],
      yes: 'Unlock all',
      no: 'Leave them locked',
    });
    if (isSure) await order('unlock', { all: true }, 'All lockouts are ended.');
  }
  return {
    node,
    update(changed) {
      if (changed.has('events') || changed.has('all')) refused.update();
      const list = model.lockouts ?? [];
      table.hidden = list.length === 0;
      calm.hidden = list.length > 0;
      all.disabled = !mayChange() || list.length === 0;
      put(rule, ruleText());
      rows.show(list);
    },
  };
}

/** What the settings say about lockouts. */
function ruleText(): string {
  const value = (name: string) =>
    Number(model.settings?.find(({ key }) => key === `lockout.${name}`)?.value ?? 0);
  const failures = value('failures');
  if (failures === 0) return 'Nobody is locked out: lockout.failures is 0.';
  const [first, longest] = [duration(value('seconds') * 1000), duration(value('longestSeconds') * 1000)];
  return `${count(failures)} wrong logins of a user from an address lock the two out for ${first}, each further time for twice as long, at most ${longest}. Five times as many lock the user out, ten times as many the address. A success ends the counting.`;
}

function rowOf({ subject, scope }: LockoutRow, longest: Map<string, number>): Kept<LockoutRow> {
  const name = printable(subject);
  const end = () => order('unlock', { subject }, `${name} is unlocked.`);
  const unlock = h(
    'button.button.small',
    { type: 'button', 'aria-label': `Unlock ${name}`, onclick: end },
    'Unlock',
  );
  const [failures, times] = [h('td.number'), h('td.number')];
  const left = span('left');
  const meter = h('meter', { min: 0, max: 1, 'aria-label': 'Time left' });
  const title = h(
    'th',
    { scope: 'row' },
    icon('lock', 'error'),
    span('mono', name),
    span('note', KINDS[scope]),
  );
  return {
    node: h('tr', title, failures, times, h('td.gauge', meter, left), h('td.act', unlock)),
    show(item) {
      const ms = Math.max(0, item.until - clockNow());
      const key = `${subject} ${item.times}`;
      longest.set(key, Math.max(ms, longest.get(key) ?? 1));
      put(failures, count(item.failures));
      put(times, `no. ${item.times}`);
      put(left, duration(ms));
      meter.value = ms / longest.get(key)!;
      unlock.disabled = !mayChange();
    },
  };
}
