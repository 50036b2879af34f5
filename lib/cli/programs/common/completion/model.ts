import type { Command, Help, Option } from '../command.ts';

/** Words with what they mean. */
export type Pairs = readonly (readonly [word: string, meaning: string])[];

/** Words that the program itself knows: it prints, after this option and what is typed, what that may become. */
export interface Asked {
  readonly ask: string;
}

/** What may come at a place: files, some words, what the program knows, or nothing that is known. */
export type Offer = 'files' | Pairs | Asked;

export const isAsked = (offer: Offer): offer is Asked => typeof offer === 'object' && 'ask' in offer;

const isNothing = (offer: Offer): boolean => Array.isArray(offer) && offer.length === 0;

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
  /** An option of the program that completes the value of this one. */
  askedFor?(option: Option): string | undefined;
  /** Values of an option. */
  choicesOf?(option: Option): readonly string[];
}

const FILES = /[<[](?:file|folder)\b/;

/** Reads it off the definition of a command line. */
export function completionOf(
  program: Command,
  { places = () => [], choicesOf, askedFor }: MoreWords = {},
): Completion {
  const helper = program.createHelp();
  const wordsOf = (command: Command, name: string): OptionWords[] =>
    helper.visibleOptions(command).map((option) => ({
      words: [option.short, option.long].filter((word) => word !== undefined),
      meaning: helper.optionDescription(option),
      command: name,
      value: offerOf(option, helper, choicesOf?.(option) ?? [], askedFor?.(option)),
    }));
  const commands = program.commands;
  const more = places();
  const first: Completion['places'] = more.some(([before]) => before === '')
    ? []
    : [['', commands.map((command) => [command.name(), command.description()])]];
  return {
    program: program.name(),
    options: [...wordsOf(program, ''), ...commands.flatMap((each) => wordsOf(each, each.name()))],
    places: [...first, ...commands.flatMap(argumentPlaces), ...more],
  };
}

function offerOf(
  option: Option,
  helper: Help,
  choices: readonly string[],
  ask: string | undefined,
): Offer | undefined {
  if (!option.required && !option.optional) return undefined;
  if (ask !== undefined) return { ask };
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

/** Places where something is offered. */
export const offeredPlaces = ({ places }: Completion): Completion['places'] =>
  places.filter(([, offer]) => !isNothing(offer));

/** Options that take a value, as they are typed. */
export const withValues = ({ options }: Completion): string[] => [
  ...new Set(options.filter(({ value }) => value !== undefined).flatMap(({ words }) => words)),
];

/** What the values of options are, by the words for these; without those of which nothing is known. */
export function valueOffers({ options }: Completion): (readonly [words: string, offer: Offer])[] {
  const known = options.flatMap(({ words, value }) =>
    value === undefined || isNothing(value) ? [] : [[words.join('|'), value] as const],
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
