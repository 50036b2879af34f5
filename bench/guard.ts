import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answered } from './ask.ts';
import type { FigureKind } from './question.ts';
import type { Row, Spread } from './results.ts';

/** Of the last accepted run what hardly depends on the machine: ratios, and figures that are steady by themselves. */
const FILE = join(import.meta.dirname, 'baseline.json');
/** What is not worth a word even where the runs agree on it. */
const MARGIN = 1.05;

type Range = Pick<Spread, 'median' | 'min' | 'max'>;
/** By question, and by case and figure. */
type Stored = Readonly<Record<string, Readonly<Record<string, Range>>>>;

/** How these questions compare with the stored run. */
export interface Guarded {
  /** A sentence for each figure whose best run is worse than the worst stored one, by more than 5 %. */
  readonly worse: readonly string[];
  readonly compared: number;
  /** What is stored for these questions and was not measured. */
  readonly absent: readonly string[];
}

/** @throws Error when there is no stored run */
export async function compareWithStored(questions: readonly Answered[], path = FILE): Promise<Guarded> {
  const stored: Stored = JSON.parse(await readFile(path, 'utf8'));
  const worse: string[] = [];
  const absent: string[] = [];
  let compared = 0;
  for (const question of questions) {
    const measured = new Map(guardedRows(question).map((row) => [row.key, row]));
    for (const [key, before] of Object.entries(stored[question.name] ?? {})) {
      const row = measured.get(key);
      if (!row) {
        absent.push(`${question.name}, ${key}`);
        continue;
      }
      compared += 1;
      const { now, more, of } = row;
      const isWorse = more ? now.max * MARGIN < before.min : now.min > before.max * MARGIN;
      const [was, is] = [before.median.toPrecision(3), now.median.toPrecision(3)];
      if (isWorse) worse.push(`${question.name}, ${key} was ${was}${of}, is ${is}`);
    }
  }
  return { worse, compared, absent };
}

/** Stores what was measured of these questions; what is stored of others stays. */
export async function store(questions: readonly Answered[], path = FILE): Promise<void> {
  const before: Stored = await readFile(path, 'utf8').then(JSON.parse, () => ({}));
  const now = questions
    .filter(({ failed }) => failed === undefined)
    .map((question) => [
      question.name,
      Object.fromEntries(guardedRows(question).map(({ key, now }) => [key, rounded(now)])),
    ]);
  await writeFile(path, `${JSON.stringify({ ...before, ...Object.fromEntries(now) }, null, 2)}\n`);
}

function guardedRows({ figures, rows }: Answered) {
  return rows.flatMap(({ case: label, figure, against, ...row }) => {
    const { better, steady } = figures[figure]!;
    const now = comparable(row, steady);
    const of = row.ratio ? ` of that of ${against}` : '';
    return now ? [{ key: `${label}: ${figure}`, now, more: better === 'more', of }] : [];
  });
}

const comparable = ({ spread, ratio }: Pick<Row, 'spread' | 'ratio'>, steady: FigureKind['steady']) =>
  steady ? spread : ratio;

const rounded = ({ median, min, max }: Range): Range => ({
  median: Number(median.toPrecision(4)),
  min: Number(min.toPrecision(4)),
  max: Number(max.toPrecision(4)),
});
