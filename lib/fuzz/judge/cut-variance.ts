import type { Violation } from '../oracles/sight.ts';
import type { Arena } from '../play/arena.ts';
import type { Observation } from '../play/observation.ts';
import { received, replyOf } from '../play/observation.ts';
import { shown } from '../script/byte-text.ts';
import { lengthOf, partsOf, type Script, type Step } from '../script/script.ts';
import { dueFor } from './due.ts';

const MOST_SINGLE_BYTES = 1500;

/** The same bytes in one piece and in small ones; undefined for a script that is about more than bytes. */
function variants(script: Script): [whole: Script, pieces: Script] | undefined {
  const { steps } = script;
  const single = steps.every(({ peer }) => peer === 'a');
  if (!single || steps.some((step) => step.do === 'reset' || step.do === 'signal')) return undefined;
  const parts = partsOf(script, 'a');
  const before = steps.filter((step) => step.do === 'connect' || step.do === 'listen');
  const after: Step[] = steps.filter((step) => step.do === 'half-close' && step.line === 'main').slice(0, 1);
  const sent = (every: number): Script => ({
    steps: [
      ...before,
      { peer: 'a', do: 'send', parts, every },
      ...after,
      { peer: 'a', do: 'expect', what: 'end' },
    ],
  });
  return [sent(0), sent(lengthOf(parts) <= MOST_SINGLE_BYTES ? 1 : 251)];
}

/** Whether what a peer reads depends on how its bytes were cut. */
export async function cutVariance(arena: Arena, script: Script): Promise<Violation | undefined> {
  const both = variants(script);
  if (!both) return undefined;
  const [whole, pieces] = [await arena.play(both[0]), await arena.play(both[1])];
  const [one, other] = [whole, pieces].map((seen) => digest(seen, arena));
  if (one === undefined || other === undefined || one === other) return undefined;
  return { oracle: 'cut.differs', cause: 'whole and in pieces', detail: `whole ${one}; in pieces ${other}` };
}

/** What a peer read, where something was due. */
function digest({ peers }: Observation, { options }: Arena): string | undefined {
  const [peer] = peers;
  if (!peer?.connected || peer.end === 'open' || !dueFor(peer, options).answer) return undefined;
  const { status, text, rest } = replyOf(received(peer));
  return `${status} ${shown(text)}, then ${rest.length} bytes: ${shown(rest.toString('latin1', 0, 200))}`;
}
