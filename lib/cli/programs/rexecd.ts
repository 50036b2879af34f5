import { addUser } from '../../login/index.ts';
import { flagOf, type Layer, loadSettings, SETTINGS, type SettingName } from '../../settings/index.ts';
import { clearLockouts, listLockouts } from './administer.ts';
import { CommanderError, commandLine, Option } from './command.ts';
import { REXECD_EXIT } from './exit-codes.ts';
import { passwordFromStream, passwordFromTerminal } from './password.ts';
import { serve } from './serve.ts';
import { openTrial } from './trial.ts';

interface Flags extends Layer {
  debug?: boolean;
  addUser?: string;
  try?: string;
}

/** Single-dash long options, as rexecd(8) has them. */
const PAGE_OPTIONS = ['-debug'];

const program = commandLine('rexecd')
  .description('The remote execution service: runs commands for users who log in by the rexec protocol.')
  .option('--debug', 'run in this console, say where it listens (also -debug)')
  .option(
    '--add-user <name>',
    'add a user to the users file or change the password, which is asked for, and exit',
  )
  .option('--try <folder>', 'serve on a free loopback port with a generated account kept in the folder')
  .allowExcessArguments(false)
  .action(run);
for (const [name, schema] of Object.entries(SETTINGS)) {
  const fallback = JSON.stringify(schema.parse(undefined));
  program.addOption(new Option(`${flagOf(name)} <value>`, `${schema.description} (default: ${fallback})`));
}
program
  .command('lockouts')
  .description('list who is locked out by the daemon that runs on --port')
  .action(() => listLockouts(loadSettings(process.env, layer())));
program
  .command('unlock [subject]')
  .description('end the lockout of a subject, as the list names it, or all lockouts')
  .action((subject?: string) => clearLockouts(loadSettings(process.env, layer()), subject));

try {
  const words = process.argv.slice(2).map((word) => (PAGE_OPTIONS.includes(word) ? `-${word}` : word));
  await program.parseAsync(words, { from: 'user' });
} catch (error) {
  process.exitCode = failure(error);
}

/** The settings among the flags. */
function layer(): Layer {
  const { debug: _debug, addUser: _addUser, try: _try, ...flags } = program.opts<Flags>();
  return flags;
}

async function run(): Promise<void> {
  const { debug = false, addUser: newUser, try: folder } = program.opts<Flags>();
  const trial = folder === undefined ? undefined : await openTrial(folder);
  const settings = loadSettings(process.env, {
    ...layer(),
    ...(trial && { port: 0, users: trial.usersFile }),
  });
  if (newUser === undefined) await serve(settings, debug, trial);
  else await add(newUser, settings.users);
}

async function add(user: string, file: string): Promise<void> {
  if (file === '') throw new Error(`--add-user needs ${flagOf('users' satisfies SettingName)} FILE`);
  const secret = process.stdin.isTTY
    ? await passwordFromTerminal(`New password for ${user}: `)
    : await passwordFromStream(process.stdin);
  try {
    console.log(`${user}: ${await addUser(file, user, secret)}`);
  } finally {
    secret.fill(0);
  }
}

function failure(error: unknown): number {
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? REXECD_EXIT.success : REXECD_EXIT.failure;
  console.error(`rexecd: ${error instanceof Error ? error.message : String(error)}`);
  return REXECD_EXIT.failure;
}
