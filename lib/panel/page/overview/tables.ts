import type { Limit, Listener, ProcessRow } from '../../topics.ts';
import { clockNow, model } from '../base/model.ts';
import { attribute, h, icon, KeyedList, put, span } from '../base/nodes.ts';
import { columns, empty, scroller, section } from '../base/parts.ts';
import { bytes, capital, count, duration, printable } from '../base/words.ts';

const RANKED_MS = 15_000;
const MOST_ADDRESSES = 6;
const SOON_MS = 14 * 24 * 3_600_000;

/** Since when it serves, and where. */
export function service() {
  const { node } = section('Service', 'service');
  const [since, version, ticket] = [h('dd'), h('dd'), h('dd')];
  const list = h('ul.listeners');
  node.append(
    h('dl.facts', h('dt', 'Serving for'), since, h('dt', 'Version'), version, h('dt', 'This ticket'), ticket),
    list,
  );
  const rows = new KeyedList<Listener>(
    list,
    (each) => JSON.stringify(each),
    (each) => {
      const { kind, address, port } = each;
      const warning = warningOf(each);
      const where = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
      const note = warning === '' ? null : span('note warn', icon('warn', 'warn'), warning);
      return { node: h('li', span('kind', kind), span('mono', where), note) };
    },
  );
  function update(): void {
    const { status, ticket: pass } = model;
    put(since, duration(status!.now - status!.since));
    put(version, status!.version);
    if (pass)
      put(
        ticket,
        `${pass.role}, made by ${printable(pass.madeBy)}, ends in ${duration(pass.until - clockNow())}`,
      );
    rows.show(status!.listeners);
  }
  return { node, update };
}

function warningOf({ isExposed, certificateEnds }: Listener): string {
  if (isExposed) return 'passwords cross the network readable';
  if (certificateEnds === null || certificateEnds - clockNow() > SOON_MS) return '';
  return `certificate valid until ${new Date(certificateEnds).toISOString().slice(0, 10)}`;
}

/** Places that are taken, and how many there are. */
export function limits() {
  const { node } = section('Room left', 'limits');
  const body = h('tbody');
  node.append(h('table', { 'aria-label': 'Places taken, and how many there are' }, body));
  const rows = new KeyedList<Limit & { place: number }>(
    body,
    ({ place }) => place,
    () => {
      const meter = h('meter', { min: 0, max: 100 });
      const [name, used, of] = [h('th', { scope: 'row' }), h('td.number.used'), h('td.number.of')];
      return {
        node: h('tr', name, h('td.gauge', meter), used, of),
        show(item) {
          const { limit } = item;
          put(name, capital(item.name));
          meter.hidden = limit === null;
          meter.value = limit === null ? 0 : (item.used / limit) * 100;
          attribute(meter, 'aria-label', `${item.name}: ${item.used} of ${limit}`);
          put(used, count(item.used));
          put(of, limit === null ? '' : `of ${count(limit)}`);
        },
      };
    },
  );
  return { node, update: () => rows.show(model.status!.limits.map((each, place) => ({ ...each, place }))) };
}

/** Processes of the daemon, and what the kernel lets them do. */
export function processes() {
  const { node } = section('Processes', 'processes');
  const body = h('tbody');
  const head = columns('Process', ['Pid', 'number'], 'Account', 'Privileges', ['Memory', 'number']);
  node.append(scroller('Processes', h('table', head, body)));
  const rows = new KeyedList<ProcessRow>(
    body,
    ({ pid, account, privileges }) => `${pid} ${account} ${privileges}`,
    ({ role, pid, account, privileges }) => {
      const memory = h('td.number');
      const isBare = privileges.startsWith('no capabilities');
      return {
        node: h(
          'tr',
          h('th', { scope: 'row' }, role),
          h('td.number.mono', pid),
          h('td', printable(account)),
          h('td', isBare && icon('ok', 'ok'), privileges),
          memory,
        ),
        show: (item) => put(memory, bytes(item.memory)),
      };
    },
  );
  return { node, update: () => rows.show(model.status!.processes) };
}

interface Busy {
  readonly host: string;
  readonly users: Map<string, number>;
  sessions: number;
}

/** Addresses with the most sessions. Who stands where is decided every 15 s, so that a row can be clicked. */
export function addresses() {
  const { node } = section('Busiest addresses', 'addresses');
  const body = h('tbody');
  const table = h('table', columns('From', 'Users', ['Sessions', 'number']), body);
  const nobody = empty('Nobody is connected', 'Addresses appear here with their first session.');
  node.append(table, nobody);
  let ranked = { at: 0, hosts: [] as string[] };
  const rows = new KeyedList<Busy>(
    body,
    ({ host }) => host,
    ({ host }) => {
      const [users, sessions] = [h('td.clip'), h('td.number')];
      const link = h('a', { href: `#/sessions?filter=${encodeURIComponent(`from:${host}`)}` }, host);
      return {
        node: h('tr', h('td.mono', link), users, sessions),
        show(item) {
          const byCount = [...item.users].sort((one, other) => other[1] - one[1]);
          put(users, byCount.map(([user]) => printable(user)).join(', '));
          put(sessions, count(item.sessions));
        },
      };
    },
  );
  function update(): void {
    const hosts = new Map<string, Busy>();
    for (const { host, user } of model.sessions?.values() ?? []) {
      const entry = hosts.get(host) ?? { host, users: new Map(), sessions: 0 };
      entry.sessions += 1;
      if (user !== '') entry.users.set(user, (entry.users.get(user) ?? 0) + 1);
      hosts.set(host, entry);
    }
    if (clockNow() - ranked.at > RANKED_MS || ranked.hosts.some((host) => !hosts.has(host))) {
      const order = [...hosts.values()].sort((a, b) => b.sessions - a.sessions || (a.host < b.host ? -1 : 1));
      ranked = { at: clockNow(), hosts: order.slice(0, MOST_ADDRESSES).map(({ host }) => host) };
    }
    nobody.hidden = ranked.hosts.length > 0;
    table.hidden = ranked.hosts.length === 0;
    rows.show(ranked.hosts.map((host) => hosts.get(host)!));
  }
  return { node, update };
}
