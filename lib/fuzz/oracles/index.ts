import { isUtf8 } from 'node:buffer';
import type { Observation } from '../play/observation.ts';
import { shown } from '../script/byte-text.ts';
import type { PlayOptions } from '../settings.ts';
import { judgeForm, judgeLimits, judgeVerdict } from './answer.ts';
import { judgeChannel, judgeChannelOutput } from './channel.ts';
import { judgeOutput, judgeTime } from './course.ts';
import { type Sight, sightOf, type Violation } from './sight.ts';

/** In this order: the first that speaks is the cause, the others would tell its consequences. */
const JUDGES: readonly ((sight: Sight) => Violation | undefined)[] = [
  judgeConnection,
  judgeChannel,
  judgeLimits,
  judgeForm,
  judgeVerdict,
  judgeTime,
  judgeOutput,
  judgeChannelOutput,
];

/** What a server did wrong in what was seen of it: at most one misbehaviour for each peer, and one for both together. */
export function judge({ peers }: Observation, options: PlayOptions): Violation[] {
  const sights = peers.map((peer) => sightOf(peer, options));
  const found = sights.map((sight) => {
    for (const each of JUDGES) {
      const violation = each(sight);
      if (violation) return violation;
    }
    return undefined;
  });
  return [...found, judgeLoginText(sights, options)].filter((violation) => violation !== undefined);
}

function judgeConnection({ peer }: Sight): Violation | undefined {
  if (peer.connected) return undefined;
  return {
    oracle: 'alive.connect',
    cause: 'connection refused',
    detail: 'the target no longer accepts connections',
  };
}

/** Two logins that are refused read the same text: an unknown user and a wrong password among them. */
function judgeLoginText(sights: readonly Sight[], { login }: PlayOptions): Violation | undefined {
  const texts = sights.flatMap(({ reading, reply, goodLogin, peer }) =>
    login &&
    reading.state === 'complete' &&
    reading.port === 0 &&
    !goodLogin &&
    !peer.wasReset &&
    reply.status === 'refused' &&
    isUtf8(reading.user) &&
    isUtf8(reading.command)
      ? [reply.text]
      : [],
  );
  const [one, other] = texts;
  if (one === undefined || other === undefined || one === other) return undefined;
  return {
    oracle: 'login.text',
    cause: 'different words',
    detail: `${shown(one)} and ${shown(other)}`,
  };
}
