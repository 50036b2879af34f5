import type { Violation } from '../oracles/sight.ts';
import type { Arena } from '../play/arena.ts';
import { type Script, send } from '../script/script.ts';

const PAIRS = 6;
const ROUNDS = 4;
/** What the two must differ by before it counts: nobody on a network tells less. */
const LEAST_MS = 5;
const LEAST_SHARE = 0.2;

const UNKNOWN: Script = {
  steps: [send('\0nobody-of-that-name\0wrong\0:\0'), { peer: 'a', do: 'expect', what: 'end' }],
};
const WRONG: Script = {
  steps: [send('\0', 'user', '\0wrong\0:\0'), { peer: 'a', do: 'expect', what: 'end' }],
};

/** Both refused logins side by side, as a finding shows them. */
export const LOGIN_PAIR: Script = {
  steps: [...UNKNOWN.steps, ...WRONG.steps.map((step) => ({ ...step, peer: 'b' as const }))],
};

/**
 * Whether an unknown user and a wrong password can be told apart by time. Both are tried side by side, each as often
 * first as second, and the fastest of each kind are compared: a busy machine only makes things slower. The same kind
 * must be slower in every round.
 *
 * @param isLate asked before each pair; once it is true, nothing is decided
 */
export async function loginTiming(
  arena: Arena,
  isLate: () => boolean = () => false,
): Promise<Violation | 'undecided' | undefined> {
  let slower: Round['slower'];
  let last: Round | undefined;
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    last = await round(arena, isLate);
    if (!last) return 'undecided';
    if (!last.slower || (slower && last.slower !== slower)) return undefined;
    slower = last.slower;
  }
  const { unknown, wrong } = last!;
  const detail = `unknown user ${unknown.toFixed(1)} ms, wrong password ${wrong.toFixed(1)} ms (fastest of ${PAIRS})`;
  return { oracle: 'login.time', cause: `${slower} is slower`, detail };
}

interface Round {
  readonly slower: 'unknown user' | 'wrong password' | undefined;
  readonly unknown: number; // milliseconds
  readonly wrong: number;
}

async function round(arena: Arena, isLate: () => boolean): Promise<Round | undefined> {
  let [unknown, wrong] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    if (isLate()) return undefined;
    const both = pair % 2 === 0 ? [UNKNOWN, WRONG] : [WRONG, UNKNOWN];
    const times = await Promise.all(both.map((script) => timeToAnswer(arena, script)));
    unknown = Math.min(unknown, times[both.indexOf(UNKNOWN)]!);
    wrong = Math.min(wrong, times[both.indexOf(WRONG)]!);
  }
  const gap = Math.abs(unknown - wrong);
  if (gap < Math.max(LEAST_MS, LEAST_SHARE * Math.min(unknown, wrong)))
    return { slower: undefined, unknown, wrong };
  return { slower: unknown > wrong ? 'unknown user' : 'wrong password', unknown, wrong };
}

/** From the last byte of the request to the answer, or to the end if there is no answer. */
async function timeToAnswer(arena: Arena, script: Script): Promise<number> {
  const { peers } = await arena.play(script);
  const [peer] = peers;
  return peer?.arrivals[0]?.ms ?? peer?.endMs ?? 0;
}
