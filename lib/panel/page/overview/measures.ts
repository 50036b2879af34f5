import { model } from '../base/model.ts';
import { h, KeyedList } from '../base/nodes.ts';
import { columns, scroller } from '../base/parts.ts';
import { clock, count, decimal } from '../base/words.ts';
import { measure } from './measure.ts';

const SAMPLES_A_MINUTE = 12;
const last = () => model.history.at(-1);
const whole = (value: number | null): string => (value === null ? '–' : count(value));

/** Six measures of the last 15 minutes, and the same as a table. */
export function measures() {
  const all = [
    measure({
      title: 'Sessions',
      field: 'sessions',
      href: '#/sessions',
      format: whole,
      now: () => model.sessions?.size,
      note: () => `of ${count(model.status!.limits[0]!.limit ?? 0)} at a time`,
    }),
    measure({
      title: 'Connections',
      field: 'connections',
      unit: ' /s',
      format: decimal,
      note: () => 'on all addresses',
    }),
    measure({
      title: 'Logins accepted',
      field: 'accepted',
      unit: ' /s',
      format: decimal,
      isTotal: true,
      note: () => `${decimal(last()?.accepted ?? null)} /s now`,
    }),
    measure({
      title: 'Logins refused',
      field: 'refused',
      unit: ' /s',
      kind: 'bad',
      href: '#/lockouts',
      format: decimal,
      isTotal: true,
      note: () => `${count(model.lockouts?.length ?? 0)} locked out now`,
    }),
    measure({
      title: 'Start of commands',
      field: 'start',
      unit: ' ms',
      format: decimal,
      note: () => '95 of 100 are faster',
    }),
    measure({
      title: 'Loop delay',
      field: 'loop',
      unit: ' ms',
      format: decimal,
      note: () => '99 of 100 are less',
    }),
  ];
  const body = h('tbody');
  const rows = new KeyedList<(typeof model.history)[number]>(
    body,
    ({ at }) => at,
    (each) => ({
      node: h(
        'tr',
        h('th', { scope: 'row' }, clock(each.at)),
        [
          count(each.sessions),
          ...[each.connections, each.accepted, each.refused, each.start, each.loop].map(decimal),
        ].map((text) => h('td.number', text)),
      ),
    }),
  );
  const titles = ['Sessions', 'Connections /s', 'Accepted /s', 'Refused /s', 'Start ms', 'Loop ms'];
  const head = columns('Time', ...titles.map((title) => [title, 'number'] as const));
  const minutes = h(
    'details.as-table',
    h('summary', 'These as a table, by the minute'),
    scroller('Measures by the minute', h('table', head, body)),
  );
  minutes.addEventListener('toggle', update);
  const label = { 'aria-label': 'Now and in the last 15 minutes' };
  const node = h(
    'section.measures',
    label,
    all.map((each) => each.node),
  );

  function update(): void {
    for (const each of all) each.update();
    if (!minutes.open) return;
    const newest = model.history.length - 1;
    rows.show(model.history.filter((_, index) => (newest - index) % SAMPLES_A_MINUTE === 0).reverse());
  }
  return {
    node,
    minutes,
    update,
    leave: () => {
      for (const each of all) each.leave();
    },
  };
}
