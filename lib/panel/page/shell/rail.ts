import { model } from '../base/model.ts';
import { attribute, h, icon, put, span } from '../base/nodes.ts';
import { order } from '../base/parts.ts';
import { expire } from '../base/source.ts';
import { count, duration, printable } from '../base/words.ts';
import { drafts } from '../settings/drafts.ts';
import { themeButton } from './theme.ts';

const HOUR_MS = 3_600_000;

export const TITLES = {
  overview: 'Overview',
  sessions: 'Sessions',
  lockouts: 'Lockouts',
  events: 'Events',
  settings: 'Settings',
} as const;

export type ViewName = keyof typeof TITLES;

/** Where one is and can go, the theme, and the ticket. */
export function rail() {
  const graveIcon = icon('error', 'error');
  attribute(graveIcon, 'hidden', true);
  const counts = new Map<ViewName, HTMLElement>();
  const links = (Object.keys(TITLES) as ViewName[]).map((id) => {
    const number = span('nav-count');
    counts.set(id, number);
    return h(
      'a',
      { href: `#/${id}`, 'data-view': id },
      span('nav-title', TITLES[id]),
      id === 'events' && graveIcon,
      number,
    );
  });
  const host = h('p.host', '–');
  const port = span('port', '');
  const [role, madeBy, ends] = [h('strong'), h('span'), h('span')];
  const leave = async () => {
    await order('leave', {}, 'This session is ended.');
    expire('You ended it.');
  };
  const leaving = h(
    'button.button.quiet.small',
    { type: 'button', hidden: true, onclick: leave },
    'End it now',
  );
  const node = h(
    'header.rail',
    h('div.brand', h('p.mark', 'rexecd', port), host),
    h('nav.nav', { 'aria-label': 'Views' }, links),
    h('div.rail-end', themeButton(), h('p.ticket', role, madeBy, ends), leaving),
  );

  function update(): void {
    const { status, ticket } = model;
    if (!status) return;
    put(host, status.host);
    put(port, `:${status.port}`);
    put(counts.get('sessions')!, count(model.sessions?.size ?? 0));
    put(counts.get('lockouts')!, model.lockouts?.length || '');
    const isGrave = (each: { level: string; at: number }) =>
      each.level === 'error' && each.at > status.now - HOUR_MS;
    const errors = (model.events ?? []).filter(isGrave).reduce((sum, each) => sum + each.count, 0);
    put(counts.get('events')!, errors || '');
    attribute(counts.get('events')!, 'title', 'errors in the last hour');
    attribute(graveIcon, 'hidden', errors === 0);
    put(counts.get('settings')!, drafts.size > 0 ? `${drafts.size} changed` : '');
    leaving.hidden = !ticket;
    if (!ticket) return;
    put(role, ticket.role === 'admin' ? 'Admin ticket' : 'Viewer ticket');
    put(madeBy, `made by ${printable(ticket.madeBy)}`);
    put(ends, `ends in ${duration(ticket.until - status.now)}`);
  }
  function point(view: ViewName): void {
    for (const link of links) attribute(link, 'aria-current', link.dataset.view === view ? 'page' : null);
  }
  return { node, update, point };
}
