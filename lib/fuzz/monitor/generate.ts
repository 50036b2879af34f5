import type { Random } from '../generate/random.ts';
import { DOES, REPORTED } from '../script/actor-words.ts';
import type { ActorAction, PeerName, Script, Step } from '../script/script.ts';
import { expectAct, expectSaid, settle } from './expect.ts';
import { honestStep } from './honest.ts';
import { spokenBy } from './messages.ts';
import { SessionModel } from './session-model.ts';

/** Steps; two sessions that keep the rules have about as many. */
const HALF = 16;
const LINES = ['reader', 'host'] as const;
const ACTS = DOES.session.filter((what) => what !== 'tls');

/** Words that make a message another one: some are still allowed, at the limit of what is. */
const BENDS: readonly string[] = [
  ...[
    'of=other',
    'of=none',
    'of=errand',
    'of=own',
    'id=missing',
    'id=1',
    'id=x*33',
    'more=1',
    'say=grant',
    'say=missing',
  ],
  ...['times=2', 'times=3', 'times=200', 'glued=1', 'glued=1'],
  ...['secret=0', 'secret=1', 'secret=256', 'secret=257', 'secret=65535'],
  ...['port=511', 'port=512', 'port=22', 'port=0', 'port=65536', 'port=1.5', 'muxed=true', 'muxed=missing'],
  ...['user=base64*256', 'user=base64*257', 'user=x*1', 'command=base64*8192', 'command=base64*8193'],
  ...['certificate=null', 'certificate={}', 'certificate=missing', 'early=base64*70000', 'early=null'],
  ...['failure={}', 'silent=0', 'received=-1', 'sent=missing', 'carriesStderr=true'],
  ...['pid=-1', 'pid=1.5', 'directory=missing', 'homeProblem=x*9', 'signal=-1', 'signal=65', 'status={}'],
  ...['source=null', 'source={}', 'source=missing', 'source=end*0', 'source=end*65536'],
  ...['status=exited*0', 'status=exited*256', 'status=[]'],
  ...['number=0', 'number=99', 'number=-1', 'answer=[]', 'answer={}', 'cause=x*5000', 'code=null'],
];
/** Fields that bends are about, by the kinds that have them; the others are for every kind. */
const COMMON = ['of', 'id', 'more', 'say', 'times'];
const BY_PIPE = ['glued', 'secret'];
const OTHERS = ['of=other', 'of=errand'];

/** A script that follows the rules for a while, and then does not: repeated, reordered, dropped, bent, another's. */
export function generateScript(random: Random): Script {
  const models = { a: new SessionModel('a', random.chance(3)), b: new SessionModel('b', random.chance(3)) };
  const steps: Step[] = [];
  for (const peer of ['a', 'b'] as const)
    if (models[peer].tls) steps.push({ peer, do: 'session', words: ['tls'] });
  const length = random.below(HALF) + 1 + random.below(HALF); // mostly of middle length
  const wildness = 2 + random.below(8); // one step in so many
  while (steps.length < length) {
    const peer: PeerName = random.chance(4) ? 'b' : 'a';
    const honest = honestStep(models[peer]);
    const step =
      honest && !random.chance(wildness)
        ? varied(honest, random)
        : wild(models[peer], earlier(steps, peer), random);
    steps.push({ peer, ...step });
    follow(models[peer], step);
  }
  return { steps };
}

/** The step, or another one that may come as well. */
function varied(step: ActorAction, random: Random): ActorAction {
  if (step.do === 'reader' && random.chance(10)) return { do: 'session', words: ['unwrap'] };
  if (step.do === 'reader' && random.chance(8)) return { do: 'reader', words: ['gone'] };
  if (step.words[0] === 'request' && random.chance(3)) return { do: 'reader', words: ['port'] };
  // What a host reports out of order changes nothing.
  if (step.do === 'host' && random.chance(3)) return { do: 'host', words: [random.pick(REPORTED.host)] };
  return step;
}

/** Steps of a session so far. */
const earlier = (steps: readonly Step[], peer: PeerName): ActorAction[] =>
  steps.flatMap((step) =>
    step.peer === peer && 'words' in step && step.words[0] !== 'tls'
      ? { do: step.do, words: step.words }
      : [],
  );

/** A step that need not be allowed: of any kind, an honest one that is changed, or an earlier one again. */
function wild(model: SessionModel, before: readonly ActorAction[], random: Random): ActorAction {
  const honest = honestStep(model);
  if (random.chance(5)) return { do: 'session', words: [random.pick(ACTS)] };
  if (before.length > 0 && random.chance(5)) return random.pick(before);
  if (honest && honest.do !== 'session' && random.chance(2))
    return bent(varied(honest, random), 1 + random.below(2), random);
  const line = model.host.isOpen && random.chance(2) ? 'host' : random.pick(LINES);
  const kinds = random.chance(4) ? DOES[line] : REPORTED[line];
  const kind = random.pick(kinds.filter((each) => each !== 'huge' || random.chance(8)));
  return bent({ do: line, words: [kind] }, random.chance(2) ? 1 : 0, random);
}

function bent(action: ActorAction, count: number, random: Random): ActorAction {
  const isMessage = !['exit', 'noise', 'huge'].includes(action.words[0]!);
  return isMessage ? { ...action, words: [...action.words, ...bends(action, random, count)] } : action;
}

function bends(action: ActorAction, random: Random, count: number): string[] {
  const { said } = spokenBy(action, {
    line: action.do as 'reader',
    id: 'a',
    other: 'b',
    tls: true,
    errand: '1',
    question: 1,
  });
  const names = [
    ...COMMON,
    ...(action.do === 'reader' ? BY_PIPE : []),
    ...Object.keys(said),
    'certificate',
    'homeProblem',
  ];
  const fitting = BENDS.filter((bend) => names.includes(bend.slice(0, bend.indexOf('='))));
  const chosen = new Map<string, string>(); // one of each name
  for (let turn = 0; turn < count; turn += 1) {
    const bend = random.chance(6) ? random.pick(OTHERS) : random.pick(fitting);
    chosen.set(bend.slice(0, bend.indexOf('=')), bend);
  }
  return [...chosen.values()];
}

/** What the model makes of a step, so that the next one can be chosen by it. */
function follow(model: SessionModel, step: ActorAction): void {
  if (step.do === 'session') return expectAct(model, step.words[0]!);
  const asked = step.do === 'reader' ? model.asked : model.host.asked;
  expectSaid(model, step, {
    line: step.do,
    id: model.id,
    other: 'c',
    tls: model.tls,
    errand: model.unwrapping.id,
    question: Math.max(1, asked),
  });
  settle(model, step.do);
}
