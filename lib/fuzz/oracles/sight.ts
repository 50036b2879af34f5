import { type Due, dueFor, isGoodLogin } from '../judge/due.ts';
import type { PeerObservation } from '../play/observation.ts';
import { type Reply, received, replyOf } from '../play/observation.ts';
import { isHarmless } from '../script/commands.ts';
import { type Reading, readRequest } from '../script/request-model.ts';
import type { PlayOptions } from '../settings.ts';
import type { OracleId } from './catalogue.ts';

/** One misbehaviour. `cause` is the same for all that have one cause: no number that differs from case to case. */
export interface Violation {
  readonly oracle: OracleId;
  readonly cause: string;
  readonly detail: string;
}

/** What a peer saw, read once for all judges. */
export interface Sight {
  readonly peer: PeerObservation;
  readonly options: PlayOptions;
  readonly reading: Reading;
  readonly reply: Reply;
  readonly bytes: Buffer; // all that arrived
  readonly due: Due;
  readonly goodLogin: boolean;
  /** The harmless command that the valid login asks for may run: nothing is in its way. */
  readonly mayRun: boolean;
}

export function sightOf(peer: PeerObservation, options: PlayOptions): Sight {
  const reading = readRequest(peer.sent, options.rules);
  const bytes = received(peer);
  const goodLogin = isGoodLogin(reading, options.login);
  const mayRun =
    goodLogin &&
    reading.state === 'complete' &&
    isHarmless(reading.command) &&
    portIsOpen(peer, reading.port);
  return {
    peer,
    options,
    reading,
    bytes,
    reply: replyOf(bytes),
    due: dueFor(peer, options),
    goodLogin,
    mayRun,
  };
}

const portIsOpen = ({ channel }: PeerObservation, port: number): boolean =>
  port === 0 ||
  (channel?.port === port && channel.how !== 'refuse' && channel.how !== 'reserved' && !channel.wasReset);

/** What a reading comes to, in the words of causes. */
export function causeOf(reading: Reading): string {
  switch (reading.state) {
    case 'open':
      return `${reading.field} unfinished`;
    case 'refusable':
      return `${reading.field} ${reading.cause}`;
    case 'complete':
      return 'complete request';
  }
}

/** A name for a diagnostic that does not depend on its numbers, names and case. */
export const wordingOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^ -~]/g, '?')
    .replaceAll(/\d+/g, 'N')
    .slice(0, 60);
