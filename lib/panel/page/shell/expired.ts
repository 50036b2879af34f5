import { model } from '../base/model.ts';
import { h, span } from '../base/nodes.ts';
import { command } from '../base/parts.ts';

/** The page of a session that has ended, or has never started: how to get a ticket. */
export function expired(app: HTMLElement): void {
  document.title = 'Ticket needed · rexecd';
  const port = location.port || '80';
  const host = model.status?.host ?? 'HOST';
  const why =
    model.link.why === undefined || model.link.why === ''
      ? 'This page has no ticket, or its session has ended.'
      : model.link.why;
  const step = (text: string, line: string) => h('li', h('p', text), command(line).node);
  const title = h('h1', { tabindex: '-1' }, 'This page needs a ticket');
  app.replaceChildren(
    h(
      'main.page',
      h('p.mark', 'rexecd', span('port', model.status ? `:${model.status.port}` : '')),
      title,
      h('p', `${why} What you had not applied was not applied.`),
      h(
        'ol',
        step('On the machine, ask for a new one:', 'sudo rexecd panel'),
        step('From another machine, forward the port first:', `ssh -L ${port}:127.0.0.1:${port} ${host}`),
        h('li', h('p', 'Open the address that it prints. It works once, within a minute.')),
      ),
    ),
  );
  title.focus();
}
