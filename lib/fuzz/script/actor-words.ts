import { FuzzError } from '../errors.ts';
import type { Actor, ActorAction, Script } from './script.ts';

/** What every process says besides its reports; its end; bytes that are no JSON, and a message that is too long. */
const BASIC = ['ready', 'broken', 'answer', 'error', 'exit', 'noise', 'huge'];

/** What each reports about a session. */
export const REPORTED = {
  reader: ['port', 'request', 'failed', 'gone', 'released', 'over', 'bytes', 'unwrapped'],
  host: ['taken', 'started', 'signaled', 'idle', 'stuck', 'ended', 'failed', 'over'],
} as const;

/** What each may do; `session`: what the daemon, its administrator or the login make a session do. */
export const DOES: Readonly<Record<Actor, readonly string[]>> = {
  reader: [...REPORTED.reader, ...BASIC],
  host: [...REPORTED.host, ...BASIC],
  session: ['tls', 'connected', 'unreachable', 'accept', 'refuse', 'ask', 'stop', 'hang-up', 'unwrap'],
};

/** Only a pipe carries secrets, and two messages in one piece. */
const BY_PIPE = ['secret', 'glued'];
const LONGEST = 2 ** 21; // characters that a value stands for
const MOST_TIMES = 10_000;
const BEND = /^(?<name>[A-Za-z]+)=(?<value>[^\s"]+)$/;
const VALUE = /^(?:[a-z0-9]+|(?:x|base64|exited|end)\*(?<times>\d{1,7}))$/;

export const isActor = (word: unknown): word is Actor =>
  typeof word === 'string' && Object.hasOwn(DOES, word);

/** @throws FuzzError `FUZZ_SCRIPT_INVALID` */
export function readWords(actor: Actor, words: readonly (string | Buffer)[]): ActorAction {
  const [kind, ...bends] = words;
  if (typeof kind !== 'string' || !DOES[actor].includes(kind))
    throw invalid(`${actor} ${DOES[actor].join(' | ')}`);
  for (const bend of bends) {
    const { name = '', value = '' } = BEND.exec(String(bend))?.groups ?? {};
    const isPossible = actor === 'reader' || (actor === 'host' && !BY_PIPE.includes(name));
    if (!isPossible || !isValue(value)) throw invalid(`unexpected word ${bend}`);
    if (name === 'times' && !(Number(value) <= MOST_TIMES)) throw invalid(`times=1 to times=${MOST_TIMES}`);
  }
  return { do: actor, words: words.map(String) };
}

/** Whether a value of `name=value` can be read by {@link readValue}. */
function isValue(spelled: string): boolean {
  const { times } = VALUE.exec(spelled)?.groups ?? {};
  if (times !== undefined) return Number(times) <= LONGEST;
  if (VALUE.test(spelled)) return true;
  try {
    JSON.parse(spelled);
    return true;
  } catch {
    return false;
  }
}

/**
 * JSON without texts; `x*3` for a text of that length, `base64*3` for bytes in base64, `exited*3` for an exit status,
 * `end*3` for an end of a connection with that port, `missing` for no value, a word for itself.
 */
export function readValue(spelled: string): unknown {
  if (spelled === 'missing') return undefined;
  const [form, times] = spelled.split('*');
  if (times !== undefined && form === 'x') return 'x'.repeat(Number(times));
  if (times !== undefined && form === 'base64') return Buffer.alloc(Number(times), 'x').toString('base64');
  if (times !== undefined && form === 'end') return { address: '192.0.2.7', port: Number(times) };
  if (times !== undefined) return { type: 'exited', code: Number(times) };
  try {
    return JSON.parse(spelled);
  } catch {
    return spelled;
  }
}

/** The words `name=value` by their names. */
export const bendsOf = ({ words }: ActorAction): ReadonlyMap<string, string> =>
  new Map(
    words.slice(1).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );

/**
 * A script is for the monitor, or for a server or the codec; not for both.
 *
 * @throws FuzzError `FUZZ_SCRIPT_INVALID`
 */
export function assertFor(kind: 'the monitor' | 'a server or the codec', { steps }: Script): void {
  const odd = steps.find((step) => isActor(step.do) !== (kind === 'the monitor'));
  if (odd) throw invalid(`a step "${odd.do}" is not for ${kind}`);
}

const invalid = (message: string): FuzzError => new FuzzError('FUZZ_SCRIPT_INVALID', message);
