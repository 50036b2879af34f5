import type { Arena } from './arena.ts';
import type { Violation } from './oracles/sight.ts';
import { type Script, send } from './script.ts';

const PAIRS = 6;
/** What two medians must differ by before it counts: nobody on a network tells less. */
const LEAST_MS = 3;
const LEAST_SHARE = 0.2;

const UNKNOWN: Script = { steps: [send('\0nobody-of-that-name\0wrong\0:\0'), { peer: 'a', do: 'expect', what: 'end' }] };
const WRONG: Script = { steps: [send('\0', 'user', '\0wrong\0:\0'), { peer: 'a', do: 'expect', what: 'end' }] };

/** Both refused logins side by side, as a finding shows them. */
export const LOGIN_PAIR: Script = {
  steps: [...UNKNOWN.steps, ...WRONG.steps.map((step) => ({ ...step, peer: 'b' as const }))],
};

/**
 * Whether an unknown user and a wrong password can be told apart by time: every one of the one kind slower than every
 * one of the other, and so again in a second round.
 */
export async function loginTiming(arena: Arena): Promise<Violation | undefined> {
  const first = await round(arena);
  if (!first) return undefined;
  const second = await round(arena);
  if (!second || second.slower !== first.slower) return undefined;
  const { unknown, wrong } = second;
  const detail = `unknown user ${unknown.toFixed(1)} ms, wrong password ${wrong.toFixed(1)} ms (medians of ${PAIRS})`;
  return { oracle: 'login.time', cause: `${second.slower} is slower`, detail };
}

interface Round {
  readonly slower: 'unknown user' | 'wrong password';
  readonly unknown: number;
  readonly wrong: number;
}

/** Takes turns, so that a machine that slows down slows both. */
async function round(arena: Arena): Promise<Round | undefined> {
  const [unknown, wrong]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    unknown.push(await timeToAnswer(arena, UNKNOWN));
    wrong.push(await timeToAnswer(arena, WRONG));
  }
  const medians = { unknown: median(unknown), wrong: median(wrong) };
  const gap = Math.abs(medians.unknown - medians.wrong);
  if (gap < Math.max(LEAST_MS, LEAST_SHARE * Math.min(medians.unknown, medians.wrong))) return undefined;
  if (Math.min(...unknown) > Math.max(...wrong)) return { slower: 'unknown user', ...medians };
  if (Math.min(...wrong) > Math.max(...unknown)) return { slower: 'wrong password', ...medians };
  return undefined;
}

/** From the last byte of the request to the answer, or to the end where there is none. */
async function timeToAnswer(arena: Arena, script: Script): Promise<number> {
  const { peers } = await arena.play(script);
  const [peer] = peers;
  return peer?.arrivals[0]?.ms ?? peer?.endMs ?? 0;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
