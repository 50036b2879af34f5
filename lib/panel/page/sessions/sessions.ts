import type { SessionRow } from '../../topics.ts';
import { model, type View } from '../base/model.ts';
import { h, put, span } from '../base/nodes.ts';
import { command, empty, heading } from '../base/parts.ts';
import { count, plural } from '../base/words.ts';
import { sessionDetail } from './detail.ts';
import { COLUMNS, type ShownSession, STATE_WORDS, STATES, sessionFilter, sorted } from './filter.ts';
import { Grid } from './grid.ts';

/** Who is connected and runs what, with a button to end it. */
export function sessions(query: URLSearchParams): View {
  const filter = h('input.filter', {
    type: 'search',
    placeholder: 'Filter: ada, from:10.20.4, command:rsync',
    'aria-label': 'Filter sessions',
    value: query.get('filter') ?? '',
    oninput: () => refresh(true),
  });
  const stateChoice = h(
    'select',
    { 'aria-label': 'State', onchange: () => refresh(true) },
    h('option', { value: '' }, 'Every state'),
    STATES.map((state) => h('option', { value: state }, STATE_WORDS[state])),
  );
  const sortChoice = h(
    'select.narrow-only',
    { 'aria-label': 'Sort by', onchange: () => sortBy(sortChoice.value, false) },
    COLUMNS.map(({ id, title }) => h('option', { value: id }, `By ${title.toLowerCase()}`)),
  );
  const news = h(
    'button.button.quiet.news',
    { type: 'button', disabled: true, onclick: () => refresh(true) },
    'Up to date',
  );
  const total = span('muted total');
  const none = h('div.placeholder');
  const closeByKey = (event: KeyboardEvent) => event.key === 'Escape' && close();
  const drawer = h('aside.drawer', { 'aria-label': 'Session', hidden: true, onkeydown: closeByKey });

  let sort = { id: 'since', isUp: true };
  let order: string[] = [];
  let last = new Map<string, SessionRow>(); // what is shown, also of sessions that ended meanwhile
  let opened: string | null = null;
  let detail: ReturnType<typeof sessionDetail> | null = null;
  const grid = new Grid({
    sessionOf,
    open,
    close,
    opened: () => opened,
    sortBy: (column) => sortBy(column, true),
  });
  const node = h(
    'div.view.sessions',
    heading('Sessions', total),
    h('div.tools', filter, stateChoice, sortChoice, news),
    h('div.split', h('div.sheet.list', grid.node, none), drawer),
  );

  function sessionOf(id: string): ShownSession {
    return model.sessions?.get(id) ?? { ...last.get(id)!, state: 'closed' };
  }
  function sortBy(id: string, mayTurn: boolean): void {
    sort = { id, isUp: mayTurn && sort.id === id ? !sort.isUp : true };
    refresh(true);
  }
  function matching(): SessionRow[] {
    const all = [...model.sessions!.values()];
    if (filter.value.trim() === '' && stateChoice.value === '') return all;
    const isWanted = sessionFilter(filter.value);
    return all.filter(
      (each) => (stateChoice.value === '' || each.state === stateChoice.value) && isWanted(each),
    );
  }
  function refresh(isForced: boolean): void {
    if (!model.sessions) return showNothing();
    const next = matching();
    if (isForced || !grid.isHeld) {
      last = new Map(sorted(next, sort.id, sort.isUp).map((each) => [each.id, each]));
      order = [...last.keys()];
      if (isForced) grid.toTop();
    }
    const more = next.reduce((sum, { id }) => sum + (last.has(id) ? 0 : 1), 0);
    put(news, more > 0 ? `Show ${count(more)} new` : 'Up to date');
    news.disabled = more === 0;
    const all = plural(model.sessions.size, 'session');
    put(total, next.length === model.sessions.size ? all : `${count(next.length)} of ${all}`);
    sortChoice.value = sort.id;
    showNothing();
    grid.show(order, sort);
    detail?.update();
  }
  function showNothing(): void {
    const isNothing = !model.sessions || order.length === 0;
    grid.node.hidden = isNothing;
    none.hidden = !isNothing;
    const kind = model.sessions && model.sessions.size > 0 ? 'filtered' : 'empty';
    if (!isNothing || none.dataset.kind === kind) return;
    none.dataset.kind = kind;
    none.replaceChildren(kind === 'empty' ? nobody() : noMatch());
  }
  function noMatch(): HTMLElement {
    const clear = () => {
      filter.value = '';
      stateChoice.value = '';
      refresh(true);
    };
    const button = h('button.button', { type: 'button', onclick: clear }, 'Clear the filter');
    return h('div.empty', h('p.empty-title', 'No session matches'), button);
  }
  function open(id: string): void {
    opened = id;
    drawer.hidden = false;
    detail = sessionDetail(id, sessionOf, close);
    drawer.replaceChildren(detail.node);
    node.classList.add('has-drawer');
    grid.draw(true);
    detail.title.focus();
  }
  function close(): void {
    if (opened === null) return;
    node.classList.remove('has-drawer');
    drawer.hidden = true;
    const id = opened;
    opened = null;
    detail = null;
    grid.draw(true);
    grid.focus(id);
  }
  const resized = new ResizeObserver(() => grid.draw(true));
  resized.observe(grid.node);
  return {
    node,
    leave: () => resized.disconnect(),
    update(changed) {
      if (changed.has('sessions') || changed.has('all')) refresh(order.length === 0);
      else if (changed.has('status') || changed.has('link')) {
        grid.draw(true);
        detail?.update();
      }
    },
  };
}

const nobody = (): HTMLElement =>
  empty(
    'Nobody is connected',
    'Sessions appear here as they come. To try one: ',
    command(`rexec -l USER ${model.status?.host ?? 'HOST'} uptime`).node,
  );
