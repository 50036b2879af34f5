import { type Changed, model, type View } from '../base/model.ts';
import { h } from '../base/nodes.ts';
import { events } from '../events/events.ts';
import { lockouts } from '../lockouts/lockouts.ts';
import { overview } from '../overview/overview.ts';
import { sessions } from '../sessions/sessions.ts';
import { applyBar } from '../settings/apply-bar.ts';
import { settings } from '../settings/settings.ts';
import { expired } from './expired.ts';
import { rail, TITLES, type ViewName } from './rail.ts';
import { skeleton } from './skeleton.ts';
import { top } from './top.ts';

const VIEWS: Readonly<Record<ViewName, (query: URLSearchParams) => View>> = {
  overview,
  sessions,
  lockouts,
  events,
  settings,
};

/** The frame around the views. */
export function shell(app: HTMLElement) {
  const side = rail();
  const above = top();
  const pending = applyBar();
  const main = h('main', { id: 'main' });
  const toContent = (event: Event) => {
    event.preventDefault();
    main.querySelector('h1')?.focus();
  };
  const skip = h('a.skip', { href: '#main', onclick: toContent }, 'To the content');
  app.append(skip, side.node, h('div.stage', above.node, main, pending.node));
  let view: View | null = null;
  let isOver = false;

  const isReady = () => model.status !== null && model.settings !== null && model.sessions !== null;

  function go(): void {
    if (isOver) return;
    const [path = '', search = ''] = location.hash.slice(2).split('?');
    const id = Object.hasOwn(VIEWS, path) ? (path as ViewName) : 'overview';
    const isFirst = view === null;
    view?.leave?.();
    side.point(id);
    document.title = `${TITLES[id]} · rexecd${model.status ? ` on ${model.status.host}` : ''}`;
    if (!isReady()) return main.replaceChildren(skeleton(id, TITLES[id]));
    view = VIEWS[id](new URLSearchParams(search));
    main.replaceChildren(view.node);
    view.update(new Set(['all']));
    main.scrollTop = 0;
    if (!isFirst) main.querySelector('h1')?.focus({ preventScroll: true });
  }
  function update(changed: Changed): void {
    if (isOver) return;
    if (model.link.state === 'expired') {
      isOver = true;
      view?.leave?.();
      return expired(app);
    }
    above.update();
    side.update();
    if (!isReady()) return;
    if (view === null) go();
    else view.update(changed);
    pending.update();
  }
  addEventListener('hashchange', go);
  go();
  return { update };
}
