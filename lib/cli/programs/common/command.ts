import { styleText } from 'node:util';
import { Command, type HelpConfiguration, type Option } from 'commander';
import { nearestTo } from '../../../text/index.ts';
import { VERSION } from './version.ts';

export { type Command, CommanderError, type Help, InvalidArgumentError, Option } from 'commander';

const WIDTH = 80;
const TERM = 30; // columns of a term that has its meaning beside it

/** How help looks: at most 80 columns wide, or the terminal if it is narrower; a long term has a line of its own. */
const helpStyle: HelpConfiguration = {
  helpWidth: Math.min(WIDTH, process.stdout.columns || WIDTH),
  minWidthToWrap: 20,
  // Commander takes it away unless it goes to a terminal that has colours, and NO_COLOR is not set.
  styleTitle: (title) => styleText('bold', title, { validateStream: false }),
  padWidth: (command, helper) =>
    Math.min(
      TERM,
      Math.max(
        helper.longestOptionTermLength(command, helper),
        helper.longestSubcommandTermLength(command, helper),
        helper.longestArgumentTermLength(command, helper),
      ),
    ),
  formatItem(term, termWidth, description, helper) {
    const width = (helper.helpWidth ?? WIDTH) - termWidth - 4;
    const [first = '', ...rest] = helper.boxWrap(description, width).split('\n');
    const indent = ' '.repeat(termWidth + 4);
    const isLong = helper.displayWidth(term) > termWidth;
    const head = isLong ? [`  ${term}`, indent + first] : [`  ${term.padEnd(termWidth + 2)}${first}`];
    return [...head, ...rest.map((line) => indent + line)].map((line) => line.trimEnd()).join('\n');
  },
};

/** Commander's own takes any word after an option for its value. */
class Words extends Command {
  override createCommand(name?: string): Command {
    return new Words(name);
  }

  /** An option is no value: the value before it was forgotten. */
  override addOption(option: Option): this {
    this.on(`option:${option.name()}`, (value: string | null) => {
      const [word] = value?.split('=') ?? [];
      if (option.required && this.options.some(({ long }) => long !== undefined && long === word))
        this.error(`error: option '${option.flags}' argument missing`);
    });
    return super.addOption(option);
  }

  /** A command is no value of an option that needs none. */
  override parseOptions(words: string[]): ReturnType<Command['parseOptions']> {
    const names = this.commands.map((each) => each.name());
    return super.parseOptions(
      words.map((word, index) => {
        const option = this.options.find((each) => each.optional && each.long === word);
        return option && names.includes(words[index + 1] ?? '') ? `${word}=${option.presetArg}` : word;
      }),
    );
  }
}

/**
 * A program's command line as all of ours are: an error is one line that begins with its name, names what was probably
 * meant, and is thrown.
 */
export function commandLine(name: string): Command {
  return new Words(name)
    .version(VERSION)
    .configureHelp(helpStyle)
    .configureOutput({ outputError: (text, write) => write(red(oneLine(name, text))) })
    .exitOverride();
}

/** An error as standard error shows it: red on a terminal that has colours, unless NO_COLOR is set. */
export const red = (text: string): string => styleText('red', text, { stream: process.stderr });

const oneLine = (name: string, text: string): string =>
  text.replace(/^error: /, `${name}: `).replace(/\n\(Did you mean (.*)\?\)\n$/, '; did you mean $1?\n');

/**
 * @param pageOptions long options with a single dash
 * @throws CommanderError if the first word that is no option and no option's value is none of the commands
 */
export function mustNameACommand(
  program: Command,
  words: readonly string[],
  pageOptions: readonly string[] = [],
): void {
  program.saveStateBeforeParse(); // what is read here is read again
  const { operands, unknown } = program.parseOptions([...words]);
  const [option = ''] = unknown[0]?.split('=') ?? [];
  const meant = /^-[^-]/.test(option) ? nearestTo(option, pageOptions) : undefined;
  if (meant !== undefined) program.error(`error: unknown option '${option}'${hint(meant)}`);
  if (option !== unknown[0] && option.startsWith('--'))
    program.error(`error: unknown option '${option}'${nearestOption(program, option)}`);
  const names = [...program.commands.map((each) => each.name()), 'help'];
  const [word] = operands;
  if (word === undefined || names.includes(word)) return;
  const nearest = hint(nearestTo(word, names));
  program.error(`error: unknown command '${word}'${nearest} (see ${program.name()} --help)`);
}

/** What was probably meant by an unknown option, as the end of a sentence; empty if nothing is near. */
export function nearestOption(program: Command, option: string): string {
  const options = program.options.map(({ long }) => long ?? '');
  return option.startsWith('--') ? hint(nearestTo(option, options)) : '';
}

const hint = (nearest: string | undefined): string =>
  nearest === undefined ? '' : `; did you mean ${nearest}?`;
