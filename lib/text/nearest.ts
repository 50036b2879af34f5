const SHORTEST_BEGINNING = 4; // letters

/** A word as a person may spell it: `requestSeconds`, `request-seconds` and `REQUEST_SECONDS` are one. */
export const plainWord = (word: string): string => word.replace(/[-_.]/g, '').toLowerCase();

/** The word that was probably meant by another one, which is near to it or its beginning; undefined if there is none. */
export function nearestTo(key: string, words: readonly string[]): string | undefined {
  const meant = plainWord(key);
  const [best] = words
    .map((known) => ({ known, distance: distanceOf(plainWord(known), meant) }))
    .sort((one, other) => one.distance - other.distance);
  if (best && best.distance <= Math.max(2, key.length / 3)) return best.known;
  return meant.length < SHORTEST_BEGINNING
    ? undefined
    : words.find((known) => plainWord(known).startsWith(meant));
}

/** Levenshtein's distance. */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j += 1) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === other[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[other.length]!;
}
