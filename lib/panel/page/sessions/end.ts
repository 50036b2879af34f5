import { h } from '../base/nodes.ts';
import { confirmed, order } from '../base/parts.ts';
import { printable } from '../base/words.ts';
import type { ShownSession } from './filter.ts';

/** Ends a session, if the user is sure. */
export async function endSession({ id, user, peer, command }: ShownSession): Promise<void> {
  const name = printable(user) || 'a peer that has not named itself';
  const facts = h(
    'dl.facts',
    h('dt', 'User'),
    h('dd', name),
    h('dt', 'From'),
    h('dd.mono', peer),
    h('dt', 'Command'),
    h('dd.mono.wrap', printable(command ?? 'none yet')),
  );
  const isSure = await confirmed({
    title: user === '' ? 'End this session?' : `End ${name}’s session?`,
    body: [
      facts,
      h('p', 'The command gets SIGHUP, and SIGKILL if it does not end. What it was doing is not finished.'),
    ],
    yes: 'End session',
    no: 'Let it run',
  });
  if (isSure) await order('kill', { id }, `The session of ${name} is being ended.`);
}
