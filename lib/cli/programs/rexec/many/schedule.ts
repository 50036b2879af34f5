import type { Flags } from '../flags.ts';
import type { Target } from '../hosts/target.ts';
import type { Login } from '../logins.ts';
import { type Fleet, TimeForAll } from './fleet.ts';
import type { Outcome } from './report/report.ts';

const TIMED_OUT = 124;

/** What a schedule tells of. */
export interface Witness {
  ended(outcome: Outcome): void;
  canariesSucceeded(count: number, left: number): void;
}

/**
 * Runs on all hosts, so many at once as may be: first on the canaries, and on the others only if all of these succeeded.
 * Those that are not called because of a failure have an outcome too. Resolves with the largest exit code.
 */
export async function runAll(
  fleet: Fleet,
  targets: readonly Target[],
  logins: readonly Login[],
  flags: Flags,
  witness: Witness,
): Promise<number> {
  const { canary = 0, failFast, totalTimeout, maxParallel } = flags;
  let largest = 0;
  const queue = targets.entries();
  const runNext = async (count: number): Promise<void> => {
    let left = count;
    const work = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const [index, target] = queue.next().value!;
        const outcome = await fleet.run(target, logins[index]!);
        largest = Math.max(largest, outcome.exit);
        if (failFast && outcome.exit !== 0) fleet.stop({ why: '--fail-fast', exit: outcome.exit });
        witness.ended(outcome);
      }
    };
    await Promise.all(Array.from({ length: Math.min(maxParallel, count) }, work));
  };
  const timer = totalTimeout > 0 && setTimeout(expire, Math.min(totalTimeout * 1000, 2 ** 31 - 1));
  function expire(): void {
    fleet.stop({ why: '--total-timeout', exit: TIMED_OUT });
    fleet.giveUp(new TimeForAll(totalTimeout));
  }
  const first = Math.min(canary, targets.length);
  const others = targets.length - first;
  await runNext(first);
  if (first > 0 && others > 0) {
    if (largest > 0) fleet.stop({ why: '--canary', exit: largest });
    else witness.canariesSucceeded(first, others);
  }
  await runNext(others);
  if (timer) clearTimeout(timer);
  return largest;
}
