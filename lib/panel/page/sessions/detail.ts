import type { SessionRow } from '../../topics.ts';
import { clockNow, mayChange, model } from '../base/model.ts';
import { h, icon, put, setIcon } from '../base/nodes.ts';
import { command, copyButton } from '../base/parts.ts';
import { call } from '../base/source.ts';
import { bytes, clock, duration, printable } from '../base/words.ts';
import { endSession } from './end.ts';
import { channelOf, type ShownSession, STATE_WORDS } from './filter.ts';

const FACTS = [
  ['user', 'User', ''],
  ['localUser', 'Runs as', ''],
  ['peer', 'From', 'mono'],
  ['age', 'Accepted', ''],
  ['pid', 'Process', 'mono'],
  ['channel', 'Connection', ''],
  ['bytes', 'Bytes', ''],
  ['id', 'Session', 'mono'],
] as const;

type Counted = SessionRow & { readonly received: number | null; readonly sent: number | null };

/** All that is known of one session, beside the list. */
export function sessionDetail(id: string, sessionOf: (id: string) => ShownSession, close: () => void) {
  const facts = Object.fromEntries(FACTS.map(([name, , kind]) => [name, h('dd', { class: kind })])) as Record<
    (typeof FACTS)[number][0],
    HTMLElement
  >;
  const title = h('h2', { tabindex: '-1' });
  const text = h('pre', { tabindex: '0', role: 'group', 'aria-label': 'Command' });
  const end = h(
    'button.button.danger',
    { type: 'button', onclick: () => endSession(sessionOf(id)) },
    'End session…',
  );
  const why = h('p.muted');
  const stateIcon = icon('running');
  const stateWord = h('span');
  const closing = h(
    'button.icon-button',
    { type: 'button', 'aria-label': 'Close', onclick: close },
    icon('close'),
  );
  const node = h(
    'div.detail',
    h('header', title, closing),
    h(
      'div.code',
      text,
      copyButton(() => text.textContent),
    ),
    h(
      'dl.facts',
      h('dt', 'State'),
      h('dd.state', stateIcon, stateWord),
      FACTS.flatMap(([name, word]) => [h('dt', word), facts[name]]),
    ),
    h(
      'div.detail-end',
      end,
      why,
      h('p.label', 'The same on the machine'),
      command(`sudo rexecd kill ${id}`).node,
      h('p', h('a', { href: `#/events?filter=${id}` }, 'Events of this session')),
    ),
  );
  let asking = false;

  /** Bytes are counted by the process that has the session, which is asked for this one alone. */
  async function countBytes(): Promise<void> {
    if (asking || model.link.state !== 'live' || !model.sessions?.has(id)) return;
    asking = true;
    try {
      const { received, sent } = ((await call('session', { id })) ?? {}) as Partial<Counted>;
      const isKnown = typeof received === 'number' && typeof sent === 'number';
      put(facts.bytes, isKnown ? `${bytes(received)} received, ${bytes(sent)} sent` : 'not counted now');
    } catch {
      // what was counted last stays
    } finally {
      asking = false;
    }
  }
  function update(): void {
    const session = sessionOf(id);
    put(title, printable(session.user) || 'Not named yet');
    put(text, printable(session.command ?? 'no command yet'));
    setIcon(stateIcon, session.state === 'closed' ? 'close' : session.state);
    put(stateWord, STATE_WORDS[session.state]);
    put(facts.user, printable(session.user) || '–');
    put(facts.localUser, printable(session.localUser) || '–');
    put(facts.peer, session.peer);
    put(facts.age, `${clock(session.since)}, ${duration(clockNow() - session.since)} ago`);
    put(facts.pid, session.pid ?? '–');
    put(facts.channel, channelOf(session.tls));
    put(facts.id, session.id);
    end.disabled = !mayChange() || session.state === 'closing' || session.state === 'closed';
    put(why, reasonFor(session));
    countBytes().catch(() => {}); // it never rejects
  }
  put(facts.bytes, '–');
  update();
  return { node, update, title };
}

function reasonFor({ state }: ShownSession): string {
  if (state === 'closed') return 'This session has ended.';
  if (state === 'closing') return 'It is being ended.';
  return model.ticket?.role === 'viewer' ? 'A viewer ticket cannot end sessions.' : '';
}
