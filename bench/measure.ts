import { bounded } from './bounded.ts';
import { type Case, MOST_SECONDS, type Prepared } from './question.ts';
import { Results } from './results.ts';

const SHOWN = 80; // characters of an answer

/**
 * Checks that the cases agree, then runs them in turn (A B C A B C …), so that a machine that slows down slows them all.
 *
 * @throws Error before anything is timed when they disagree, with what each answered; and when a step takes too long
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
    for (const { name, run, seconds = MOST_SECONDS } of turn) {
      tell(done++, all, name);
      const figures = await bounded(run(), seconds, `a run of ${name}`);
      if (round > 0) results.add(name, figures); // the first round warms up
    }
  return results;
}

async function agree(cases: readonly Case[]): Promise<void> {
  const answers = new Map<string, string>();
  for (const { name, answer } of cases)
    if (answer) answers.set(name, await bounded(answer(), MOST_SECONDS, `the answer of ${name}`));
  if (new Set(answers.values()).size <= 1) return;
  const told = [...answers].map(([name, answer]) => `  ${name}: ${JSON.stringify(answer.slice(0, SHOWN))}`);
  throw new Error(`the cases disagree, so none is timed:\n${told.join('\n')}`);
}
