import type { Case, Prepared } from './question.ts';
import { Results } from './results.ts';

/** The cases of a question do not do the same work; the message tells what each answered. */
export class Disagreement extends Error {}

const SHOWN = 80; // characters of an answer

/**
 * Checks that the cases agree, then runs them in turn (A B C A B C …), so that a machine that slows down slows them all.
 *
 * @throws Disagreement before anything is timed
 */
export async function measure(
  { cases }: Prepared,
  runs: number,
  tell: (done: number, of: number, what: string) => void,
): Promise<Results> {
  await agree(cases);
  const results = new Results(cases);
  const rounds = Array.from({ length: runs + 1 }, (_, round) =>
    cases.filter(({ warmUp = true, runs: most = runs }) =>
      round === 0 ? warmUp && runs > 1 : round <= most,
    ),
  );
  const all = rounds.flat().length;
  let done = 0;
  for (const [round, turn] of rounds.entries())
    for (const each of turn) {
      tell(done++, all, each.name);
      const figures = await each.run();
      if (round > 0) results.add(each.name, figures); // the first round warms up
    }
  return results;
}

async function agree(cases: readonly Case[]): Promise<void> {
  const answers = new Map<string, string>();
  for (const { name, answer } of cases) if (answer) answers.set(name, await answer());
  if (new Set(answers.values()).size <= 1) return;
  const told = [...answers].map(([name, answer]) => `  ${name}: ${JSON.stringify(answer.slice(0, SHOWN))}`);
  throw new Disagreement(`the cases disagree, so none is timed:\n${told.join('\n')}`);
}
