/** What one or two peers do with a server, step by step: the unit of everything in this room. */

/** A peer of a script. Most scripts have one. */
export type PeerName = 'a' | 'b';

/**
 * What stands for something that differs from target to target: the name and the password of the valid login, and the
 * port that the peer listens on, in decimal. So a script holds no secret and can be played against any target.
 */
export type Token = 'user' | 'password' | 'port';

export type Part = Buffer | Token;

/**
 * How a peer treats the connection back to its stderr port.
 *
 * - `accept`: takes it and reads.
 * - `late`: takes it, and reads only after a while.
 * - `stall`: takes it and never reads.
 * - `refuse`: the port is free, nobody listens there.
 * - `reserved`: listens on a port below 1024 (needs root); no server may be sent there.
 */
export type Listening = 'accept' | 'late' | 'stall' | 'refuse' | 'reserved';

/**
 * Who acts in a script for the monitor: a session's reader or host, by a message on its line, or the session itself. `a`
 * and `b` are two sessions, each with processes of its own.
 */
export type Actor = 'reader' | 'host' | 'session';

/** Which of a peer's two connections. */
export type Line = 'main' | 'channel';

export type Action =
  | { readonly do: 'connect'; readonly from: string } // a loopback address; without it, the system's choice
  | { readonly do: 'listen'; readonly how: Listening; readonly ms: number } // ms: how late
  | { readonly do: 'send'; readonly parts: readonly Part[]; readonly every: number } // 0: in one piece
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'expect'; readonly what: 'answer' | 'channel' | 'end' }
  | { readonly do: 'signal'; readonly numbers: readonly number[] } // bytes on the stderr channel
  | { readonly do: 'half-close'; readonly line: Line }
  | { readonly do: 'reset'; readonly line: Line }
  | ActorAction;

/** For the monitor: a kind of message, and `name=value` for what is not as it should be; or what a session does. */
export interface ActorAction {
  readonly do: Actor;
  readonly words: readonly string[];
}

export type Step = Action & { readonly peer: PeerName };

export interface Script {
  readonly steps: readonly Step[];
}

/** Bounds of a script, so that one which was written by anybody can be played. */
export const SCRIPT_LIMITS = { steps: 10_000, bytes: 64 * 1024 * 1024, waitMs: 60_000 } as const;

/** A step of peer `a` that sends; strings are latin1, one character a byte. */
export function send(...parts: readonly (string | Part)[]): Step {
  return { peer: 'a', do: 'send', parts: joinedParts(parts.map(toPart)), every: 0 };
}

const TOKENS: readonly string[] = ['user', 'password', 'port'] satisfies readonly Token[];
export const isToken = (word: string): word is Token => TOKENS.includes(word);

/** In a call, `'user'`, `'password'` and `'port'` are the tokens; the same bytes are sent by a `Buffer`. */
const toPart = (part: string | Part): Part =>
  typeof part !== 'string' || isToken(part) ? part : Buffer.from(part, 'latin1');

/** Neighbouring bytes as one part, no empty one: the one spelling of each send. */
export function joinedParts(parts: readonly Part[]): Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (Buffer.isBuffer(part) && Buffer.isBuffer(last))
      joined[joined.length - 1] = Buffer.concat([last, part]);
    else if (!Buffer.isBuffer(part) || part.length > 0) joined.push(part);
  }
  return joined;
}

/** The peers that a script has. */
export const peersOf = ({ steps }: Script): PeerName[] =>
  (['a', 'b'] as const).filter((peer) => steps.some((step) => step.peer === peer));

/** All that a peer sends on its main connection, tokens kept. */
export const partsOf = ({ steps }: Script, peer: PeerName): Part[] =>
  joinedParts(steps.flatMap((step) => (step.peer === peer && step.do === 'send' ? step.parts : [])));

/** A rough size, for choosing the smaller of two scripts: bytes, and steps that weigh as much as a few bytes. */
export const sizeOf = ({ steps }: Script): number =>
  steps.reduce((size, step) => {
    const parts = step.do === 'send' ? step.parts : [];
    return size + 8 + parts.reduce((sum, part) => sum + (Buffer.isBuffer(part) ? part.length : 1), 0);
  }, 0);

/** How long parts are where a token counts as one. */
export const lengthOf = (parts: readonly Part[]): number =>
  parts.reduce((sum, part) => sum + (Buffer.isBuffer(part) ? part.length : 1), 0);

/** The parts before an offset and those from it on; a token counts as one and is never cut. */
export function cutParts(parts: readonly Part[], offset: number): [Part[], Part[]] {
  const [before, after]: [Part[], Part[]] = [[], []];
  let at = 0;
  for (const part of parts) {
    const length = Buffer.isBuffer(part) ? part.length : 1;
    const inside = Math.min(Math.max(offset - at, 0), length);
    if (!Buffer.isBuffer(part)) (inside === 1 ? before : after).push(part);
    else {
      before.push(part.subarray(0, inside));
      after.push(part.subarray(inside));
    }
    at += length;
  }
  return [joinedParts(before), joinedParts(after)];
}
