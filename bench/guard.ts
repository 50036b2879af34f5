import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answered } from './ask.ts';
import type { Spread } from './results.ts';

/** Ratios of the last accepted run: absolute times depend on the machine, these hardly do. */
const FILE = join(import.meta.dirname, 'baseline.json');

type Ratio = Pick<Spread, 'median' | 'min' | 'max'>;
/** By question, and by case and figure. */
type Stored = Readonly<Record<string, Readonly<Record<string, Ratio>>>>;

/**
 * A sentence for each ratio that got worse by more than the spread: its best run is worse than the worst stored one.
 *
 * @throws Error when there is no stored run
 */
export async function compareWithStored(questions: readonly Answered[], path = FILE): Promise<string[]> {
  const stored: Stored = JSON.parse(await readFile(path, 'utf8'));
  return questions.flatMap(({ name, figures, rows }) =>
    rows.flatMap(({ case: label, figure, ratio }) => {
      const before = stored[name]?.[`${label}: ${figure}`];
      if (!before || !ratio) return [];
      const more = figures[figure]!.better === 'more';
      const worse = more ? ratio.max < before.min : ratio.min > before.max;
      const [was, is] = [before.median.toFixed(2), ratio.median.toFixed(2)];
      return worse ? [`${name}, ${label}: ${figure} was ${was} of its baseline, is ${is}`] : [];
    }),
  );
}

/** Stores the ratios of these questions; those of others stay. */
export async function store(questions: readonly Answered[], path = FILE): Promise<void> {
  const before: Stored = await readFile(path, 'utf8').then(JSON.parse, () => ({}));
  const now = Object.fromEntries(
    questions.map(({ name, rows }) => [
      name,
      Object.fromEntries(
        rows.flatMap(({ case: label, figure, ratio }) =>
          ratio ? [[`${label}: ${figure}`, rounded(ratio)]] : [],
        ),
      ),
    ]),
  );
  await writeFile(path, `${JSON.stringify({ ...before, ...now }, null, 2)}\n`);
}

const rounded = ({ median, min, max }: Ratio): Ratio => ({
  median: Number(median.toPrecision(4)),
  min: Number(min.toPrecision(4)),
  max: Number(max.toPrecision(4)),
});
