import type { Command, Help, Option } from '../command.ts';

/** Words with what they mean. */
export type Pairs = readonly (readonly [word: string, meaning: string])[];

/** What may come at a place: files, some words, or nothing that is known. */
export type Offer = 'files' | Pairs;

/** An option of a command line. */
export interface OptionWords {
  /** As it is typed: `-l`, `--user`. */
  readonly words: readonly string[];
  readonly meaning: string;
  /** The command it belongs to; empty: any. */
  readonly command: string;
  /** What its value may be; undefined if it takes none. */
  readonly value: Offer | undefined;
}

/** What completes on a command line. */
export interface Completion {
  readonly program: string;
  readonly options: readonly OptionWords[];
  /** By the words before it that are no options nor their values, each with a slash after it. */
  readonly places: readonly (readonly [before: string, offer: Offer])[];
}

/** What a program knows of its words and its command line does not say. */
export interface MoreWords {
  places?(): Completion['places'];
  /** Values of an option. */
  choicesOf?(option: Option): readonly string[];
}

const FILES = /[<[](?:file|folder)\b/;

/** Reads it off the definition of a command line. */
export function completionOf(program: Command, { places = () => [], choicesOf }: MoreWords = {}): Completion {
  const helper = program.createHelp();
  const wordsOf = (command: Command, name: string): OptionWords[] =>
    helper.visibleOptions(command).map((option) => ({
      words: [option.short, option.long].filter((word) => word !== undefined),
      meaning: helper.optionDescription(option),
      command: name,
      value: offerOf(option, helper, choicesOf?.(option) ?? []),
    }));
  const commands = program.commands;
  return {
    program: program.name(),
    options: [...wordsOf(program, ''), ...commands.flatMap((each) => wordsOf(each, each.name()))],
    places: [
      ['', commands.map((command) => [command.name(), command.description()])],
      ...commands.flatMap(argumentPlaces),
      ...places(),
    ],
  };
}

function offerOf(option: Option, helper: Help, choices: readonly string[]): Offer | undefined {
  if (!option.required && !option.optional) return undefined;
  if (choices.length > 0) return choices.map((choice) => [choice, '']);
  return FILES.test(helper.optionTerm(option)) ? 'files' : [];
}

/** Files where an argument is one. */
function argumentPlaces(command: Command): Completion['places'] {
  const files = [...command.registeredArguments.entries()].filter(([, argument]) =>
    /^(?:file|folder)$/.test(argument.name()),
  );
  return files.map(([index]) => [`${command.name()}/${'*/'.repeat(index)}`, 'files']);
}

/** Options that take a value, as they are typed. */
export const withValues = ({ options }: Completion): string[] => [
  ...new Set(options.filter(({ value }) => value !== undefined).flatMap(({ words }) => words)),
];

/** What the values of options are, by the words for these; without those of which nothing is known. */
export function valueOffers({ options }: Completion): (readonly [words: string, offer: Offer])[] {
  const known = options.flatMap(({ words, value }) =>
    value === undefined || value.length === 0 ? [] : [[words.join('|'), value] as const],
  );
  return [...new Map(known)];
}

/** Options of any command, and those that each command has besides. */
export function optionWords({ options }: Completion): { any: Pairs; own: (readonly [string, Pairs])[] } {
  const pairsOf = (name: string): Pairs =>
    options
      .filter(({ command }) => command === name)
      .flatMap(({ words, meaning }) => words.map((word) => [word, meaning] as const));
  const any = pairsOf('');
  const known = new Set(any.map(([word]) => word));
  const commands = [...new Set(options.map(({ command }) => command))].filter((name) => name !== '');
  const own = commands.map((name) => [name, pairsOf(name).filter(([word]) => !known.has(word))] as const);
  return { any, own: own.filter(([, pairs]) => pairs.length > 0) };
}
