import { isDisarmed } from '../script/commands.ts';
import { type ActorAction, joinedParts, type Part, type Script, type Step } from '../script/script.ts';

export interface ShrinkBudget {
  readonly tries: number;
  readonly ms: number;
  /** Ends it early, with the smallest script so far. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The smallest script found that still fails: delta debugging over steps, then over the parts and bytes that are sent,
 * then over what is left to simplify. What it returns has failed, or is `script` itself. A script that is harmless to the target's
 * host stays so in everything that is tried.
 */
export async function shrink(
  script: Script,
  stillFails: (smaller: Script) => Promise<boolean>,
  budget: ShrinkBudget,
): Promise<Script> {
  const end = performance.now() + budget.ms;
  let tries = budget.tries;
  let best = script.steps;
  const harmless = isDisarmed(script);
  const attempt = async (steps: readonly Step[]): Promise<boolean> => {
    if (tries <= 0 || performance.now() > end || budget.signal?.aborted || steps.length === 0) return false;
    if (harmless && !isDisarmed({ steps })) return false;
    tries -= 1;
    if (!(await stillFails({ steps }))) return false;
    best = steps;
    return true;
  };
  for (let before = -1; before !== weight(best) && tries > 0; ) {
    before = weight(best);
    await removeSlices(best.length, (from, to) => attempt([...best.slice(0, from), ...best.slice(to)]));
    for (let index = best.length - 1; index >= 0; index -= 1) await shrinkStep(index, () => best, attempt);
  }
  return { steps: best };
}

type Attempt = (steps: readonly Step[]) => Promise<boolean>;

/** Takes away slices of a sequence, large ones first; `without` says whether it may stay away. */
async function removeSlices(
  length: number,
  without: (from: number, to: number) => Promise<boolean>,
): Promise<void> {
  let left = length;
  for (let size = Math.max(1, left >> 1); size >= 1; size >>= 1) {
    for (let end = left; end > 0; end -= size) {
      const from = Math.max(0, end - size);
      if (await without(from, end)) left -= end - from;
    }
  }
}

async function shrinkStep(index: number, steps: () => readonly Step[], attempt: Attempt): Promise<void> {
  const change = (step: Step): Promise<boolean> => attempt(steps().with(index, step));
  const step = steps()[index];
  if (step?.do === 'wait' && step.ms > 1) await change({ ...step, ms: step.ms >> 1 });
  if (step?.do === 'signal') await shrinkSignals(step, () => steps()[index]!, change);
  if (step?.do === 'reader' || step?.do === 'host')
    await removeSlices(step.words.length - 1, (from, to) => {
      const { words } = steps()[index] as ActorAction;
      return change({ ...step, words: words.toSpliced(1 + from, to - from) });
    });
  if (step?.do !== 'send') return;
  if (step.every > 0) await change({ ...step, every: 0 });
  const next = steps()[index + 1];
  if (next?.do === 'send' && next.peer === step.peer && step.every === 0 && next.every === 0) {
    const merged = { ...step, parts: joinedParts([...step.parts, ...next.parts]) };
    await attempt([...steps().slice(0, index), merged, ...steps().slice(index + 2)]);
  }
  const parts = () => (steps()[index] as Step & { do: 'send' }).parts;
  const withParts = (changed: readonly Part[]) =>
    change({ ...(steps()[index] as Step & { do: 'send' }), parts: joinedParts(changed) });
  for (let part = parts().length - 1; part >= 0; part -= 1) await shrinkPart(part, parts, withParts);
}

async function shrinkSignals(
  { peer }: Step,
  now: () => Step,
  change: (step: Step) => Promise<boolean>,
): Promise<void> {
  const numbers = () => (now() as Step & { do: 'signal' }).numbers;
  await removeSlices(numbers().length, async (from, to) => {
    const left = [...numbers().slice(0, from), ...numbers().slice(to)];
    return left.length > 0 && change({ peer, do: 'signal', numbers: left });
  });
}

async function shrinkPart(
  index: number,
  parts: () => readonly Part[],
  withParts: (changed: readonly Part[]) => Promise<boolean>,
): Promise<void> {
  if (parts().length > 1 && (await withParts(parts().toSpliced(index, 1)))) return;
  const part = parts()[index];
  if (!Buffer.isBuffer(part)) return;
  const bytes = () => parts()[index] as Buffer;
  await removeSlices(part.length, async (from, to) => {
    const now = bytes();
    if (!Buffer.isBuffer(now) || to - from >= now.length) return false;
    return withParts(parts().with(index, Buffer.concat([now.subarray(0, from), now.subarray(to)])));
  });
}

/** What shrinking makes smaller. */
function weight(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => {
    if (step.do === 'wait') return sum + 10 + step.ms;
    if (step.do === 'signal') return sum + 10 + step.numbers.length;
    if (step.do === 'reader' || step.do === 'host') return sum + 10 + step.words.length;
    if (step.do !== 'send') return sum + 10;
    const bytes = step.parts.reduce((size, part) => size + (Buffer.isBuffer(part) ? part.length : 1), 0);
    return sum + 10 + bytes + step.parts.length + (step.every > 0 ? 1 : 0);
  }, 0);
}
