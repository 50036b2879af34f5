import { type Checked, is } from '../base/index.ts';

const MOMENT = is.object({
  /** Which start of the machine it was; empty where the system does not say. */
  boot: is.text,
  /** Milliseconds since that start: a clock that nobody can set. */
  ticks: is.quantity,
  /** Milliseconds since 1970: a clock that anybody may set. */
  wall: is.quantity,
});
const LOCK = is.object({
  subject: is.text,
  scope: is.oneOf('pair', 'user', 'address'),
  failures: is.count,
  times: is.count,
  lasted: is.quantity, // seconds
  left: is.integer, // milliseconds; below zero once it has ended
});
const COUNTED = is.object({ subject: is.text, failures: is.count, left: is.count });
const LOCKOUTS = is.object({ locks: is.list(LOCK), counted: is.list(COUNTED), proven: is.list(is.text) });
const KEPT = is.object({ at: MOMENT, lockouts: LOCKOUTS });

/** A moment by two clocks. */
export type Moment = Checked<typeof MOMENT>;
/** What a restart is not to end, the oldest first: locks, failures that count, and pairs that have logged in. */
export type Lockouts = Checked<typeof LOCKOUTS>;

/** A lockout as it is kept, and as daemons tell each other of it. */
export type KeptLock = Checked<typeof LOCK>;

/** Bytes of each list, so that guesses that fill one take no place of the others. */
const MOST_BYTES = { locks: 2_000_000, counted: 1_000_000, proven: 1_000_000 } as const;

/** Lockouts as they are kept. Of a list that is too long, the oldest are left out. */
export function textOf({ locks, counted, proven }: Lockouts, at: Moment): string {
  const lists = [
    `"locks":${listText(locks, MOST_BYTES.locks)}`,
    `"counted":${listText(counted, MOST_BYTES.counted)}`,
    `"proven":${listText(proven, MOST_BYTES.proven)}`,
  ];
  return `{"at":${JSON.stringify(at)},"lockouts":{${lists.join()}}}`;
}

function listText(entries: readonly unknown[], most: number): string {
  const texts: string[] = [];
  let bytes = 0;
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const text = JSON.stringify(entries[index]);
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > most) break;
    texts.push(text);
  }
  return `[${texts.reverse().join()}]`;
}

/**
 * The lockouts of such a text, and for how many milliseconds they were kept.
 *
 * @throws Error for a text that is none; the message is to follow the name of the file
 */
export function lockoutsIn(text: string, now: Moment): [lockouts: Lockouts, passedMs: number] {
  const kept = parsed(text);
  if (!KEPT(kept)) throw new Error('does not contain lockouts');
  return [kept.lockouts, passedMs(kept.at, now)];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As long as the machine runs, no clock that is set counts; after that there is no other. */
function passedMs(at: Moment, now: Moment): number {
  const isSameBoot = at.boot === now.boot && at.boot !== '';
  return Math.max(0, isSameBoot ? now.ticks - at.ticks : now.wall - at.wall);
}
