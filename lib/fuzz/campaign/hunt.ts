import type { Violation } from '../oracles/sight.ts';
import type { Arena } from '../play/arena.ts';
import type { Script } from '../script/script.ts';

/** Which script broke the target, and what it looks like then. */
export interface Culprit {
  readonly violation: Violation;
  readonly script: Script;
  readonly again: boolean;
}

/**
 * Finds which of the last cases broke a target that no longer works: each is played alone against a target that works,
 * newest first, and a valid login is tried after it.
 *
 * @returns undefined where the target works again by itself; `again` is false where no case alone breaks it
 */
export async function hunt(arena: Arena, suspects: readonly Script[]): Promise<Culprit | undefined> {
  const violation = (await arena.probe()) ?? (await arena.probe());
  if (!violation) return undefined;
  const last = suspects.at(-1);
  for (const script of suspects.toReversed()) {
    if (!(await arena.revive())) break;
    const seen = await breaks(arena, script);
    if (seen) return { violation: seen, script, again: true };
  }
  return last && { violation, script: last, again: false };
}

/** How a valid login fails after a script was played, if it does. */
export async function breaks(arena: Arena, script: Script): Promise<Violation | undefined> {
  await arena.play(script);
  return arena.probe();
}
