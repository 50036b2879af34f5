import { clockNow, model } from '../base/model.ts';
import { h, KeyedList, put } from '../base/nodes.ts';
import { columns, empty, scroller, section } from '../base/parts.ts';
import { clock, count, printable } from '../base/words.ts';

const HOUR_MS = 3_600_000;
const MOST = 20;

interface Refused {
  readonly host: string;
  readonly users: Set<string>;
  readonly causes: Map<string, number>;
  times: number;
  last: number;
}

/** Logins that were refused in the last hour, one row an address. */
export function refusals() {
  const { node } = section('Refused in the last hour', 'refusals');
  const body = h('tbody');
  const head = columns('From', ['Refused', 'number'], 'As', 'Cause, which the peer did not read', [
    'Last',
    'number',
  ]);
  const table = scroller('Refused logins', h('table', head, body));
  const none = empty('No login was refused', 'Neither by password nor by rule.');
  node.append(table, none);
  const rows = new KeyedList<Refused>(
    body,
    ({ host }) => host,
    ({ host }) => {
      const [times, users, causes, last] = [h('td.number'), h('td'), h('td'), h('td.number')];
      const link = h('a', { href: `#/events?filter=${encodeURIComponent(host)}` }, host);
      return {
        node: h('tr', h('th.mono', { scope: 'row' }, link), times, users, causes, last),
        show(item) {
          put(times, count(item.times));
          put(users, [...item.users].join(', '));
          put(
            causes,
            [...item.causes].map(([cause, many]) => (many > 1 ? `${cause} ×${many}` : cause)).join('; '),
          );
          put(last, clock(item.last));
        },
      };
    },
  );

  function update(): void {
    const hosts = new Map<string, Refused>();
    for (const { name, at, count: times, fields } of model.events ?? []) {
      if (name !== 'loginRefused' || at < clockNow() - HOUR_MS) continue;
      const host = String(fields.peer).replace(/:\d+$/, '');
      const entry = hosts.get(host) ?? { host, times: 0, last: 0, users: new Set(), causes: new Map() };
      const cause = printable(String(fields.cause));
      entry.times += times;
      entry.last = Math.max(entry.last, at);
      entry.users.add(printable(String(fields.user)));
      entry.causes.set(cause, (entry.causes.get(cause) ?? 0) + times);
      hosts.set(host, entry);
    }
    table.hidden = hosts.size === 0;
    none.hidden = hosts.size > 0;
    rows.show([...hosts.values()].sort((a, b) => b.times - a.times || b.last - a.last).slice(0, MOST));
  }
  return { node, update };
}
