import type { OracleId } from '../oracles/catalogue.ts';
import type { Violation } from '../oracles/sight.ts';
import type { Arena } from '../play/arena.ts';
import { lengthOf, partsOf, type Script, send } from '../script/script.ts';
import { type Footprint, footprintOf, settledFootprint } from './footprint.ts';

const REPEATS = 10;
const MEGABYTE = 1024 * 1024;
/** What each of some peers sends of one field to a server that lets it. */
const HELD = { bytes: 4 * MEGABYTE, peers: 6 } as const;
const FIELDS = ['port', 'user', 'password', 'command'] as const;
const PATIENCE_MS = 2500;

type Countable = 'children' | 'descriptors';
/** Children first: they have descriptors. `slack` may be open for reasons of the server's own. */
const COUNTED: Readonly<Record<Countable, { readonly oracle: OracleId; readonly slack: number }>> = {
  children: { oracle: 'growth.children', slack: 2 },
  descriptors: { oracle: 'growth.descriptors', slack: 8 },
};
const COUNTABLE = Object.entries(COUNTED) as [Countable, { oracle: OracleId; slack: number }][];

/** Whether anything that can be counted did not come back. */
export async function grown(arena: Arena, before: Footprint): Promise<Violation | undefined> {
  const after = await settledFootprint(arena.target.pid, before, PATIENCE_MS);
  for (const [what, { oracle, slack }] of COUNTABLE)
    if (after && after[what] - before[what] > slack)
      return { oracle, cause: what, detail: `${before[what]} before, ${after[what]} after` };
  return undefined;
}

/** Whether a script costs the server something each time it is played. */
export async function leaks(arena: Arena, script: Script): Promise<Violation | undefined> {
  await arena.play(script);
  const before = await footprintOf(arena.target.pid);
  if (!before) return undefined;
  await Promise.all(Array.from({ length: REPEATS }, () => arena.play(script)));
  const after = await settledFootprint(
    arena.target.pid,
    before,
    Math.min(arena.options.boundMs, PATIENCE_MS),
  );
  for (const [what, { oracle }] of COUNTABLE)
    if (after && after[what] - before[what] >= REPEATS * 0.7) {
      const detail = `${REPEATS} plays leave ${after[what] - before[what]} more ${what}`;
      return { oracle, cause: what, detail };
    }
  return undefined;
}

/**
 * Fields that a server keeps on taking, by what it then holds.
 *
 * @param isLate asked before each field; once it is true, nothing is decided
 */
export async function hoardedField(
  arena: Arena,
  isLate: () => boolean,
): Promise<{ violation: Violation; script: Script } | 'undecided' | undefined> {
  for (const head of [[], ['\0'], ['\0', 'user', '\0'], ['\0', 'user', '\0', 'password', '\0#']]) {
    if (isLate()) return 'undecided';
    const script: Script = {
      steps: [
        send(...head, Buffer.alloc(HELD.bytes, head.length === 0 ? '0' : 'u')),
        { peer: 'a', do: 'expect', what: 'answer' },
      ],
    };
    const violation = await hoards(arena, script);
    if (violation) return { violation, script };
  }
  return undefined;
}

/** Whether a server keeps on taking the field that a script sends, which is as long as those of {@link hoardedField}. */
export async function hoards(arena: Arena, script: Script): Promise<Violation | undefined> {
  if (lengthOf(partsOf(script, 'a')) < HELD.bytes) return undefined;
  const grown = await heldBy(arena, script);
  if (grown < (HELD.bytes * HELD.peers) / 2) return undefined;
  const detail = `${HELD.peers} peers made it hold ${Math.round(grown / MEGABYTE)} MiB, unanswered`;
  return { oracle: 'growth.memory', cause: fieldOf(script), detail };
}

/** The field that a script ends in. */
function fieldOf(script: Script): string {
  const nuls = partsOf(script, 'a').reduce(
    (sum, part) => sum + (Buffer.isBuffer(part) ? part.filter((byte) => byte === 0).length : 0),
    0,
  );
  return FIELDS[nuls] ?? 'stdin';
}

/** Bytes a server holds for peers it has not answered; 0 where it answers them. */
export async function heldBy(arena: Arena, script: Script): Promise<number> {
  const before = await footprintOf(arena.target.pid);
  if (!before) return 0;
  let highest = before.memory;
  const sample = setInterval(async () => {
    const now = await footprintOf(arena.target.pid);
    highest = Math.max(highest, now?.memory ?? 0);
  }, 40);
  const seen = await Promise.all(Array.from({ length: HELD.peers }, () => arena.play(script)));
  clearInterval(sample);
  const over = seen.some(({ peers }) =>
    peers.some((peer) => peer.arrivals.length > 0 || peer.end !== 'open'),
  );
  return over ? 0 : highest - before.memory;
}
