import { type Command, CommanderError, InvalidArgumentError } from '../command.ts';
import { bash } from './bash.ts';
import { fish } from './fish.ts';
import { completionOf, type MoreWords } from './model.ts';
import { zsh } from './zsh.ts';

export type { Completion } from './model.ts';

const MAKERS = { bash, zsh, fish } as const;

export type Shell = keyof typeof MAKERS;

export const SHELLS = Object.keys(MAKERS) as readonly Shell[];

/** A shell from the command line. @throws InvalidArgumentError that names them all */
export function shellOf(word: string): Shell {
  const shell = SHELLS.find((each) => each === word);
  if (shell === undefined) throw new InvalidArgumentError(`Must be one of ${SHELLS.join(', ')}.`);
  return shell;
}

/** The completion of a program for a shell, as a script of that. */
export const completionFor = (shell: Shell, program: Command, more?: MoreWords): string =>
  MAKERS[shell](completionOf(program, more));

/** Gives a program an option that prints its completion, and ends its parsing with CommanderError of exit code 0. */
export function offerCompletion(program: Command, more?: MoreWords): void {
  program.option('--completion <shell>', `print the completion for a shell: ${SHELLS.join(', ')}`, shellOf);
  program.on('option:completion', (word: string) => {
    process.stdout.write(completionFor(shellOf(word), program, more));
    throw new CommanderError(0, 'rexecd.completion', 'completion');
  });
}
