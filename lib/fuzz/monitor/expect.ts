import type { ActorAction } from '../script/script.ts';
import { bytesOf, NO_MESSAGES, type Speaker, spokenBy, timesOf } from './messages.ts';
import type { SessionModel } from './session-model.ts';

/** What the model expects of what a session, its login or its administrator does. */
export function expectAct(model: SessionModel, what: string): void {
  const acts: Readonly<Record<string, () => void>> = {
    connected: () => model.connected(),
    unreachable: () => model.unreachable(),
    accept: () => model.accept(),
    refuse: () => model.refuse(),
    ask: () => model.askForBytes(),
    unwrap: () => model.unwrap(),
    stop: () => model.stop(),
    'hang-up': () => model.hangUp(),
  };
  acts[what]?.();
}

/** What the model expects of a step of a line. @returns the bytes of the step, in one piece with what follows */
export function expectSaid(model: SessionModel, step: ActorAction, speaker: Speaker): Buffer {
  const { line } = speaker;
  const hears = line === 'reader' ? model : model.host;
  const [kind = ''] = step.words;
  const noMessage = NO_MESSAGES[kind];
  if (noMessage || kind === 'exit') hears.ended = true;
  if (noMessage) return noMessage[line]();
  if (kind === 'exit') return Buffer.alloc(0);
  const spoken = spokenBy(step, speaker);
  const times = timesOf(step);
  for (let time = 0; time < times; time += 1) hears.hear(spoken);
  const bytes = bytesOf(spoken, line);
  return times === 1 ? bytes : Buffer.alloc(bytes.length * times, bytes);
}

/** What was said in one piece was heard. */
export function settle(model: SessionModel, line: string): void {
  if (line === 'reader') model.settle();
  else if (model.host.ended) model.host.die();
}
