import { Command } from 'commander';
import { VERSION } from './version.ts';

export { type Command, CommanderError, InvalidArgumentError, Option } from 'commander';

/** A program's command line as all of ours are: an error is one line that begins with its name, and is thrown. */
export function commandLine(name: string): Command {
  return new Command(name)
    .version(VERSION)
    .showSuggestionAfterError(false)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, `${name}: `)) })
    .exitOverride();
}
