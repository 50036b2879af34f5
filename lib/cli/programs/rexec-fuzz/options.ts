import { isOracle, type OracleId } from '../../../fuzz/index.ts';
import { type Command, InvalidArgumentError } from '../common/command.ts';
import { count, number, port, positiveSeconds } from '../common/numbers.ts';

/** Options of the commands of rexec-fuzz. */
export interface Flags {
  seed?: number;
  cases?: number;
  seconds?: number;
  parallel?: number;
  bound?: number;
  except?: OracleId[];
  user?: string;
  passwordFile?: string;
  port?: number;
  own?: string;
  explained?: string;
  findings: string;
  summary?: string;
}

/** A case of the codec costs that much less than one of a server. */
export const CODEC_CASES = 20;

export const BOUND_SECONDS = 5;

/** Options of commands that play many scripts. */
export function playing(command: Command): Command {
  return command
    .option('--seed <number>', 'seed of the random choices (default: a new one, which is printed)', number)
    .option(
      '--cases <number>',
      `how many scripts to play (for the codec: ${CODEC_CASES} times as many inputs)`,
      number,
      2000,
    )
    .option('--parallel <number>', 'how many scripts to play at the same time', count, 16)
    .option('--bound <seconds>', 'time limit for each expected reaction', positiveSeconds, BOUND_SECONDS)
    .option('-l, --user <name>', 'user name of a valid login; without one, every login should be refused')
    .option('-P, --password-file <file>', 'read its password from a file')
    .option('--port <number>', 'port that a "command:" target listens on, if it does not print it', port)
    .option('--own <words>', "to fuzz a host that is not this machine: 'I own HOST'")
    .option('--findings <folder>', 'folder for the scripts of findings', 'fuzz-findings')
    .option('--summary <file>', 'also write the results to an HTML file');
}

/** Options that were given; the others keep what the library has for them. */
export function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}

export function oracles(text: string): OracleId[] {
  return text.split(',').map((id) => {
    if (isOracle(id)) return id;
    throw new InvalidArgumentError(`There is no oracle ${id}; see "rexec-fuzz oracles".`);
  });
}
