import { Daemon } from '../../daemon/index.ts';
import { EventLog } from '../../events/index.ts';
import { addUser, pamAuthenticator, usersFile } from '../../login/index.ts';
import { missingPrivileges, thisHolder } from '../../service/index.ts';
import {
  flagOf,
  type Layer,
  loadSettings,
  SETTINGS,
  type SettingName,
  type Settings,
} from '../../settings/index.ts';
import { CommanderError, commandLine, Option } from './command.ts';
import { closeInherited } from './descriptors.ts';
import { REXECD_EXIT } from './exit-codes.ts';
import { passwordFromStream, passwordFromTerminal } from './password.ts';
import { openTrial, type Trial } from './trial.ts';
import { VERSION } from './version.ts';

interface Flags extends Layer {
  debug?: boolean;
  addUser?: string;
  try?: string;
}

const program = commandLine('rexecd')
  .description('The remote execution service: runs commands for users who log in by the rexec protocol.')
  .option('--debug', 'say on standard output where it listens (also -debug)')
  .option(
    '--add-user <name>',
    'add a user to the users file or change the password, which is asked for, and exit',
  )
  .option('--try <folder>', 'serve on a free loopback port with a generated account kept in the folder')
  .allowExcessArguments(false);
for (const [name, schema] of Object.entries(SETTINGS)) {
  const fallback = JSON.stringify(schema.parse(undefined));
  program.addOption(new Option(`${flagOf(name)} <value>`, `${schema.description} (default: ${fallback})`));
}

try {
  await main(process.argv.slice(2).map((word) => (word === '-debug' ? '--debug' : word)));
} catch (error) {
  process.exitCode = failure(error);
}

async function main(argv: string[]): Promise<void> {
  const {
    debug,
    addUser: newUser,
    try: folder,
    ...flags
  } = program.parse(argv, { from: 'user' }).opts<Flags>();
  const trial = folder === undefined ? undefined : await openTrial(folder);
  const settings = loadSettings(process.env, { ...flags, ...(trial && { port: 0, users: trial.usersFile }) });
  if (newUser === undefined) await serve(settings, debug ?? false, trial);
  else await add(newUser, settings.users);
}

async function serve(settings: Settings, debug: boolean, trial: Trial | undefined): Promise<void> {
  closeInherited();
  process.umask(0o022); // what a command starts with, as at login
  const events = new EventLog(settings.logLevel);
  const bySystem =
    settings.authenticator === 'pam' || (settings.authenticator === 'auto' && settings.users === '');
  if (!(await hasPrivileges(settings, bySystem, debug, events))) return;
  const authenticator = bySystem ? await pamAuthenticator(settings) : await usersFile(settings.users);
  const told = stopSignal(); // before anybody can know that we run
  const daemon = new Daemon(settings, { authenticator, events });
  const { address, port } = await daemon.listen();
  if (debug) {
    console.log(`rexecd ${VERSION} listens on ${address} port ${port}; Ctrl-C stops it`);
    const who = bySystem
      ? `accounts of this machine, PAM service ${settings.pamService}`
      : `users file ${settings.users}; commands run as this account`;
    console.log(`logins: ${who}`);
  }
  if (trial) console.log(`try: ${trial.commandFor(port)}`);
  await told;
  const impatient = new AbortController();
  stopSignal().then(() => impatient.abort());
  await daemon.stop(impatient.signal);
  await events.close();
  process.exit(REXECD_EXIT.success);
}

/** False, and a failure of the program, when a privilege is missing that the settings make necessary. */
async function hasPrivileges(
  { port }: Settings,
  servesAccounts: boolean,
  debug: boolean,
  events: EventLog,
): Promise<boolean> {
  const missing = missingPrivileges({ listensOn: port, servesAccounts }, thisHolder());
  if (missing.length === 0) return true;
  for (const { privilege, purpose, grant } of missing) {
    if (debug)
      console.error(`rexecd: missing privilege ${privilege}, to ${purpose}; run as root, or: ${grant}`);
    else events.emit('privilegeMissing', { privilege, purpose, grant });
  }
  if (servesAccounts)
    console.error('rexecd: with users of its own (--users FILE) it needs none of those for accounts');
  await events.close();
  process.exitCode = REXECD_EXIT.failure;
  return false;
}

/** Resolves when the daemon is told to stop; told again, it stops waiting for its commands. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
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
