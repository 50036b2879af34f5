import type { Answered } from '../ask.ts';
import { machine, versions } from '../machine.ts';

/** The figures for programs: a case for each figure of a case, with its ratio to the case it is compared with. */
export function asJson(questions: readonly Answered[]) {
  return {
    machine,
    versions,
    questions: questions.map(({ name, figures, rows, missing, goals, seconds, failed }) => ({
      name,
      cases: rows.map(({ case: label, figure, spread, against, ratio }) => ({
        name: `${label}: ${figure}`,
        unit: figures[figure]!.unit,
        ...spread,
        ...(ratio && { against, ratio }),
      })),
      missing,
      goals,
      seconds,
      ...(failed !== undefined && { failed }),
    })),
  };
}
