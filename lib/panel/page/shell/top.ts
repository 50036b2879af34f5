import { clockNow, model } from '../base/model.ts';
import { attribute, h, icon, put, setIcon, span } from '../base/nodes.ts';
import { command } from '../base/parts.ts';
import { again } from '../base/source.ts';
import { clock, duration } from '../base/words.ts';

const STATES = { ready: 'Serving', refusing: 'Refusing', draining: 'Stopping' } as const;

/** One sentence that says how the daemon is, above every view; and what is in the way, if anything is. */
export function top() {
  const stateIcon = icon('restart', 'info');
  const stateWord = h('strong', 'Connecting');
  const [portPart, after, live] = [span('wide-only'), span(''), span('live')];
  const bar = h('div.bar', span('state', stateIcon, stateWord), span('sentence', portPart, after), live);
  const awayText = h('p');
  const retry = h('button.button.small', { type: 'button', onclick: again }, 'Try now');
  const banner = h('div.banner', { role: 'status', hidden: true }, icon('away', 'warn'), awayText, retry);
  const viewerNote = h(
    'p.viewer',
    { hidden: true },
    icon('lock'),
    h('span', 'This ticket reads only. For one that changes: '),
    command('sudo rexecd panel').node,
  );
  const node = h('section.top', { 'aria-label': 'State of the daemon' }, bar, banner, viewerNote);

  function update(): void {
    const { status, link, ticket } = model;
    const isAway = link.state === 'away';
    document.body.classList.toggle('is-away', isAway);
    banner.hidden = !isAway;
    viewerNote.hidden = ticket?.role !== 'viewer';
    if (isAway) put(awayText, awaySentence());
    const state = isAway || status?.state === 'refusing' ? 'away' : status ? 'ok' : 'restart';
    setIcon(stateIcon, state);
    attribute(stateIcon, 'class', `icon ${state === 'away' ? 'warn' : status ? 'ok' : 'info'}`);
    put(stateWord, isAway ? 'Away' : !status ? 'Connecting' : STATES[status.state]);
    if (!status) return;
    const [, port = '', rest = ''] = /^(port \d+: )(.*)$/.exec(status.summary) ?? [];
    put(portPart, port);
    put(after, `${rest}, up ${duration(status.now - status.since)}`);
    put(live, `${isAway ? 'as of' : 'live'} ${clock(status.now)}`);
  }
  return { node, update };
}

function awaySentence(): string {
  const { why = 'rexecd does not answer', retryAt = Date.now() } = model.link;
  const since = model.status ? ` What stands here is from ${clock(clockNow())}.` : '';
  return `${why}. Nothing can be changed until it is back.${since} Next try at ${clock(retryAt)}.`;
}
