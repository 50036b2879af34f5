import type { ActorAction } from '../script/script.ts';
import type { SessionModel } from './session-model.ts';

const step = (actor: ActorAction['do'], kind: string): ActorAction => ({ do: actor, words: [kind] });

/** What brings a session a step nearer to its end, if all keep the rules; undefined if nothing is missing. */
export function honestStep(model: SessionModel): ActorAction | undefined {
  const { phase, ended, verifying, host } = model;
  const reader = (kind: string): ActorAction | undefined => (ended ? undefined : step('reader', kind));
  if (model.unwrapping.open && !ended) return reader('unwrapped');
  if (verifying) return step('session', phase === 'verifying' ? 'accept' : 'refuse');
  switch (phase) {
    case 'receiving':
      return reader('request');
    case 'connecting':
      return step('session', 'connected');
    case 'releasing':
      return reader('released');
    case 'closing':
      return reader('over') ?? honestHost(model);
    default:
      return host.isOpen ? honestHost(model) : phase === 'carrying' ? reader('over') : undefined;
  }
}

function honestHost({ host }: SessionModel): ActorAction | undefined {
  switch (host.ended ? 'over' : host.run) {
    case 'passing':
      return step('host', 'taken');
    case 'starting':
      return step('host', 'started');
    case 'running':
      return step('host', 'ended');
    case 'closing':
      return step('host', 'over');
    default:
      return undefined;
  }
}
