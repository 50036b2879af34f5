import { isFatal } from '../judge/due.ts';
import { causeOf, wordingOf } from '../oracles/sight.ts';
import type { Observation, PeerObservation } from '../play/observation.ts';
import { received, replyOf } from '../play/observation.ts';
import { shown } from '../script/byte-text.ts';
import { type Rules, readRequest } from '../script/request-model.ts';

/** What of an outcome is compared, in the order in which one explains the next. */
export const ASPECTS = ['answer', 'end', 'channel', 'stderr', 'output'] as const;
export type Aspect = (typeof ASPECTS)[number];

/** What came of a script for one peer, as words that are the same for two servers that do the same. */
export type Outcome = Readonly<Record<Aspect, string>>;

const SIGNALED = ', a signal that ends';
const LONGEST = 120;

/** `request` is what the peer's bytes amount to, in the words of causes, and that it sent a signal that ends. */
export function outcomesOf({ peers }: Observation, rules: Rules): { request: string; outcome: Outcome }[] {
  return peers.map((peer) => ({
    request: causeOf(readRequest(peer.sent, rules)) + (peer.channel?.signals.some(isFatal) ? SIGNALED : ''),
    outcome: outcomeOf(peer),
  }));
}

/** What depends on who was faster is left out: all of a peer that reset, and what was not waited for. */
function outcomeOf(peer: PeerObservation): Outcome {
  const { status, text, rest } = replyOf(received(peer));
  const { channel, wasReset, end } = peer;
  const isOver = status === 'accepted' && end === 'closed';
  if (wasReset) return { answer: '', end: '', channel: '', stderr: '', output: '' };
  return {
    answer: status === 'refused' ? `refused: ${wordingOf(text)}` : status,
    end,
    channel: channel && status === 'accepted' ? channelOf(channel.connections) : '',
    stderr: isOver ? told(channel?.received ?? Buffer.alloc(0)) : '',
    output: isOver || status === 'refused' ? told(rest) : '',
  };
}

const channelOf = (connections: number): string => (connections === 0 ? 'not connected' : 'connected');

const told = (bytes: Buffer): string =>
  bytes.length > LONGEST ? `${bytes.length} bytes` : shown(bytes.toString('latin1'));
