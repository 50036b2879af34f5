/** Programs by what their names have in every chart; the first that fits. The number is a slot of the palette in style.ts. */
const PROGRAMS: readonly (readonly [pattern: RegExp, slot: number])[] = [
  [/in\.rexecd/, 7],
  [/^C program/, 8],
  [/^ssh \(/, 5],
  [/^ssh/, 4],
  [/^socat/, 6],
  [/posix-spawn.*relay/, 9],
  [/relay/, 3],
  [/posix-spawn.*workers/, 2],
  [/posix-spawn/, 1],
  [/^rexecd/, 0],
];
const CONTROL = /^(control|a plain)/;
/** Slots of programs that are not rexecd. */
const PEERS: readonly number[] = [4, 5, 6, 7, 8];
export const SLOTS = PROGRAMS.length;

const slotOf = (text: string): number | undefined => PROGRAMS.find(([pattern]) => pattern.test(text))?.[1];

/** A class of the style sheet: a program has one colour in all charts. What a name does not say, the chart's title does. */
export function colorOf(name: string, title: string): string {
  if (CONTROL.test(name)) return 'baseline';
  return `series-${slotOf(name) ?? slotOf(title) ?? 0}`;
}

/** A class that tells the lines of one program in one chart apart. */
export function dashOf(name: string, names: readonly string[], title: string): string {
  const alike = names.filter((each) => colorOf(each, title) === colorOf(name, title));
  return `dash-${Math.min(alike.indexOf(name), 3)}`;
}

/** Whether a case of a question is another program; a control is none. */
export const isPeer = (name: string): boolean =>
  PEERS.includes(slotOf(name.replace(/^(stdin|stdout): /, '')) ?? -1);
