/** Numbers that brackets can have. */
const NUMBERS = /(?<!\d)(\d{1,9})(?!\d)/;

/** Texts and, between them, numbers: the latter at the odd places, as digits or as ranges. */
type Parts = string[];

/** Names of hosts as short as {@link expandBrackets} reads them, each series in the place of its first host. */
export function foldHosts(names: readonly string[]): string {
  const series = Map.groupBy(
    names.map((name) => name.split(NUMBERS)),
    (parts) => JSON.stringify(parts.filter((_, place) => place % 2 === 0)),
  );
  return [...series.values()].flatMap(folded).join(',');
}

/** Merges what differs in one number alone: for the last number first, then for the one before. */
function folded(all: readonly Parts[]): string[] {
  let rows = all;
  for (let place = all[0]!.length - 2; place > 0; place -= 2) rows = mergedAt(place, rows);
  return rows.map((parts) => parts.map((part) => (/^\d+[,-]/.test(part) ? `[${part}]` : part)).join(''));
}

function mergedAt(place: number, rows: readonly Parts[]): Parts[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(row.toSpliced(place, 1)));
  return [...groups.values()].map((same) => same[0]!.with(place, ranges(same.map((row) => row[place]!))));
}

/** Each number once, in order, what follows each other as a range. */
function ranges(digits: readonly string[]): string {
  if (digits.length === 1) return digits[0]!;
  const runs: [first: string, last: string][] = [];
  const ordered = [...new Set(digits)].sort(
    (one, other) => Number(one) - Number(other) || one.length - other.length,
  );
  for (const each of ordered) {
    const run = runs.at(-1);
    if (run && String(Number(run[1]) + 1).padStart(run[1].length, '0') === each) run[1] = each;
    else runs.push([each, each]);
  }
  return runs.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(',');
}
