import type { Violation } from '../oracles/sight.ts';
import type { ActorAction, PeerName, Script, Step } from '../script/script.ts';
import { differenceOf } from './checks.ts';
import { expectAct, expectSaid, settle } from './expect.ts';
import { honestStep } from './honest.ts';
import { isGlued } from './messages.ts';
import type { Monitor } from './processes.ts';
import { SessionModel } from './session-model.ts';
import { Stage } from './stage.ts';

const PEERS: readonly PeerName[] = ['a', 'b'];
/** Steps that end a session whose processes keep the rules, with some to spare. */
const MOST_HONEST = 32;

type ActorStep = ActorAction & { readonly peer: PeerName };

/** A session, and what should come of it. */
interface Part {
  readonly stage: Stage;
  readonly model: SessionModel;
}

/**
 * Plays a script against the monitor, and then lets each session that can end in order do so.
 *
 * @param seen called with what was played in which state
 * @returns the first thing that is wrong
 */
export async function playMonitor(
  { steps }: Script,
  monitor: Monitor,
  seen: (feature: string) => void = () => {},
): Promise<Violation | undefined> {
  const faults: unknown[] = [];
  const catches = (error: unknown) => {
    faults.push(error);
  };
  process.on('uncaughtException', catches);
  process.on('unhandledRejection', catches);
  const parts = new Map<PeerName, Part>();
  let found: Violation | undefined;
  try {
    for (const peer of PEERS) parts.set(peer, await open(steps, peer, monitor));
    const play = (piece: readonly ActorStep[]) => playPiece(parts, piece, seen);
    found = (await playSteps(steps as readonly ActorStep[], play)) ?? (await endInOrder(parts, play));
  } finally {
    for (const [peer, { stage }] of parts) {
      const isOver = await stage.close();
      const [defect] = stage.defects;
      if (defect !== undefined) faults.push(defect);
      if (!isOver)
        found ??= { oracle: 'monitor.hangs', cause: 'session', detail: `session ${peer} does not end` };
    }
    process.off('uncaughtException', catches);
    process.off('unhandledRejection', catches);
  }
  if (found || faults.length === 0) return found;
  const [fault] = faults;
  const detail = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  return { oracle: 'monitor.throws', cause: detail.split('\n')[0]!, detail };
}

async function open(steps: readonly Step[], peer: PeerName, monitor: Monitor): Promise<Part> {
  const tls = steps.some((step) => step.peer === peer && step.do === 'session' && step.words[0] === 'tls');
  const stage = new Stage(tls, monitor);
  await stage.processes.begin();
  return { stage, model: new SessionModel(stage.id, tls) };
}

type Play = (piece: readonly ActorStep[]) => Promise<Violation | undefined>;

async function playSteps(steps: readonly ActorStep[], play: Play): Promise<Violation | undefined> {
  for (let at = 0; at < steps.length; ) {
    const piece = pieceAt(steps, at);
    const found = await play(piece);
    if (found) return found;
    at += piece.length;
  }
  return undefined;
}

/** A step, with those that its line says in one piece with it. */
function pieceAt(steps: readonly ActorStep[], at: number): readonly ActorStep[] {
  let end = at + 1;
  while (isGlued(steps[end - 1]!) && follows(steps[end - 1]!, steps[end])) end += 1;
  return steps.slice(at, end);
}

const follows = (one: ActorStep, next: ActorStep | undefined): boolean =>
  next?.peer === one.peer && next.do === one.do && next.words[0] !== 'exit';

async function playPiece(
  parts: ReadonlyMap<PeerName, Part>,
  piece: readonly ActorStep[],
  seen: (feature: string) => void,
): Promise<Violation | undefined> {
  const [first] = piece;
  const { peer, do: actor, words } = first!;
  const { stage, model } = parts.get(peer)!;
  const other = parts.get(peer === 'a' ? 'b' : 'a')!.stage.id;
  const state = `${model.phase}${model.host.run === 'none' ? '' : ` and ${model.host.run}`}`;
  if (actor === 'session') {
    expectAct(model, words[0]!);
    await stage.act(words[0]!);
  } else {
    const speaker = stage.speaker(actor, other);
    const bytes = piece.map((step) => expectSaid(model, step, speaker));
    settle(model, actor);
    if (words[0] === 'exit') await stage.processes.exit(actor);
    else await stage.processes.say(actor, Buffer.concat(bytes));
  }
  const what = piece.map((step) => step.words[0]).join(' and ');
  seen(`${actor} ${what} while ${state}`);
  return differenceOf(parts, { peer, actor, what, state });
}

/** Sessions whose processes keep the rules are served to their end, whatever became of others. */
async function endInOrder(parts: ReadonlyMap<PeerName, Part>, play: Play): Promise<Violation | undefined> {
  for (const [peer, { model }] of parts)
    for (let count = 0; count < MOST_HONEST; count += 1) {
      const step = honestStep(model);
      if (!step) break;
      const found = await play([{ peer, ...step }]);
      if (found) return found;
    }
  return undefined;
}
