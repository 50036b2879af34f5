import { isWindows } from '../../../base/index.ts';
import {
  flagOf,
  keyOf,
  type Layer,
  LISTENER_NAMES,
  POLICY_FILE,
  type Resolved,
  resolveSettings,
  SETTINGS,
  SETTINGS_FILE,
  type SettingName,
  type Sources,
} from '../../../settings/index.ts';
import { commandLine, mustNameACommand, Option } from '../common/command.ts';
import { offerCompletion } from '../common/completion/index.ts';
import { REXECD_EXIT } from '../common/exit-codes.ts';
import { failure } from '../common/failure.ts';
import { readSettingFiles, type SettingFiles, settingsFileKnownAs } from '../common/setting-files.ts';
import type { Target } from '../common/tell.ts';
import type { ServiceFlags } from './installation.ts';
import { addSettingOptions } from './setting-options.ts';

interface Flags extends Layer, SettingFiles, ServiceFlags {
  install?: boolean;
  remove?: boolean;
  debug?: boolean;
  service?: boolean;
  addUser?: string;
  removeUser?: string;
  listUsers?: boolean;
  try?: string;
}

/** What a command does, loaded once it is chosen: the start of a daemon waits for no other one. */
const DOING = {
  administer: () => import('./administer.ts'),
  showStatus: () => import('./status.ts'),
  showHealth: () => import('./health.ts'),
  showSessions: () => import('./sessions.ts'),
  openPanel: () => import('../common/open-panel.ts'),
  install: () => import('./installation.ts'),
  changeUsers: () => import('./users.ts'),
  serve: () => import('./serve.ts'),
  tryOut: () => import('./trial.ts'),
} as const;

const FAILING = { name: 'rexecd', usage: REXECD_EXIT.failure } as const;

/** Single-dash long options, as rexecd(8) has them. */
const PAGE_OPTIONS = ['-install', '-remove', '-debug'];

const program = commandLine('rexecd')
  .description('Remote execution daemon: runs commands for users who log in with the rexec protocol.')
  .optionsGroup('Service:')
  .option('--install', 'install and start the service (also -install)')
  .option('--remove', 'stop and remove the service (also -remove)')
  .option(
    '--root <folder>',
    'install to, or remove from, this folder instead of /, and start nothing (for packages)',
  )
  .option('--no-start', 'install the service, and leave its start to the next boot')
  .option('--dry-run', 'print what --install or --remove would do, without doing it')
  .optionsGroup('Options:')
  .option(
    '--debug',
    'run in the foreground; print where it listens, who may log in, and what its processes may do (also -debug)',
  )
  .option(
    '--add-user <name>',
    'add a user to the users file, or change its password, and exit; asks for the password or reads it from standard input',
  )
  .option('--remove-user <name>', 'remove a user from the users file, and exit')
  .option('--list-users', 'list the names in the users file, and exit')
  .option('--config <file>', `settings file (default: REXECD_CONFIG, else ${SETTINGS_FILE} if it exists)`)
  .option('--policy <file>', `policy file, which limits the settings (default: ${POLICY_FILE} if it exists)`)
  .option(
    '--host <address>',
    'listen on this address instead of the first one that "listen" has in clear text',
  )
  .option(
    '--port <n>',
    'listen on this port instead of the first one that "listen" has in clear text; of "sessions" and the like: the port of the daemon that is meant',
  )
  .option('--try <folder>', 'serve on a free loopback port with a generated account kept in the folder')
  .allowExcessArguments(false)
  .action(run);
if (isWindows)
  program.addOption(
    new Option('--service', 'be the service: the service control manager does it').hideHelp(),
  );
offerCompletion(program, { choicesOf: addSettingOptions(program) });
program
  .command('status')
  .description('print what the daemon on --port is doing, its processes, and its last errors')
  .option('--json', 'print JSON')
  .action(async ({ json = false }) => (await DOING.showStatus()).printStatus(await target(), json));
program
  .command('health')
  .description(
    'exit with 0 if the daemon lets users log in, 1 if it is stopping or refuses all, 69 if none answers',
  )
  .option('--live', 'exit with 0 as long as the daemon answers, ready or not')
  .option('--agent', 'print a word for the agent-check of HAProxy instead, and exit with 0')
  .action(async ({ live = false, agent = false }) => {
    if (live && agent) throw new Error('--live and --agent cannot be used together');
    const { printHealth, printForAgent } = await DOING.showHealth();
    if (agent) await printForAgent(await target());
    else process.exitCode = await printHealth(await target(), live);
  });
program
  .command('lockouts')
  .description('list who is locked out of the daemon on --port')
  .action(async () => (await DOING.administer()).listLockouts(await target()));
program
  .command('unlock [subject]')
  .description('end the lockout of one subject, as "lockouts" prints it, or all lockouts')
  .action(async (subject?: string) => (await DOING.administer()).clearLockouts(await target(), subject));
program
  .command('sessions')
  .description('list the sessions')
  .option('--json', 'print JSON, with bytes and processes')
  .option('--watch', 'show them until Ctrl-C; without a terminal, print a line for each change')
  .action(async ({ json = false, watch = false }) => {
    if (json && watch) throw new Error('--json and --watch cannot be used together');
    const { printSessions, watchSessions } = await DOING.showSessions();
    await (watch ? watchSessions(await target()) : printSessions(await target(), json));
  });
program
  .command('kill <session>')
  .description(
    `end a session: its command gets SIGHUP, then SIGKILL if it is still running after ${keyOf('killSeconds')}`,
  )
  .action(async (id: string) => (await DOING.administer()).killSession(await target(), id));
program
  .command('metrics')
  .description("print what the daemon has counted, in Prometheus' text format")
  .option('--json', 'print JSON')
  .action(async ({ json = false }) => (await DOING.administer()).printMetrics(await target(), json));
program
  .command('panel')
  .description('print the address that opens the control panel, once and within a minute (also grconfig)')
  .option('--viewer', 'an address that shows everything and changes nothing')
  .action(async ({ viewer = false }) =>
    (await DOING.openPanel()).openPanel(await target(), viewer ? 'viewer' : 'admin'),
  );
program
  .command('reload')
  .description('make the daemon reload its settings; running sessions keep theirs')
  .action(async () => (await DOING.administer()).reloadSettings(await target()));

try {
  const words = process.argv.slice(2).map((word) => (PAGE_OPTIONS.includes(word) ? `-${word}` : word));
  mustNameACommand(program, words, PAGE_OPTIONS);
  await program.parseAsync(words, { from: 'user' });
} catch (error) {
  process.exitCode = failure(error, FAILING);
}

/** The daemon that the words on the command line mean. */
async function target(): Promise<Target> {
  return { ...(await load()), config: await settingsFileKnownAs(program.opts<Flags>()) };
}

/** The settings as files, environment and flags have them now. */
async function load(): Promise<Resolved> {
  return resolveSettings(await sources());
}

/** What they come from. A trial is one without files. */
async function sources(trial?: Layer): Promise<Sources> {
  const { config, policy, ...others } = program.opts<Flags>();
  const isSetting = (name: string) =>
    Object.hasOwn(SETTINGS, name) || LISTENER_NAMES.some((each) => each === name);
  const flags = Object.fromEntries(Object.entries(others).filter(([name]) => isSetting(name)));
  const files = trial ? {} : await readSettingFiles({ ...(config && { config }), ...(policy && { policy }) });
  return { ...files, environment: process.env, flags: { ...flags, ...trial } };
}

async function run(): Promise<void> {
  const { install, remove, debug = false, service = false, try: folder, ...others } = program.opts<Flags>();
  const { addUser: added, removeUser: removed, listUsers: listed, ...flags } = others;
  if (install && remove) throw new Error('-install and -remove cannot be used together');
  if (install) return (await DOING.install()).installService(flags);
  if (remove) return (await DOING.install()).removeService(flags);
  if (added !== undefined) return (await DOING.changeUsers()).add(await usersFileFor('--add-user'), added);
  if (removed !== undefined)
    return (await DOING.changeUsers()).remove(await usersFileFor('--remove-user'), removed);
  if (listed) return (await DOING.changeUsers()).list(await usersFileFor('--list-users'));
  const trial = folder === undefined ? undefined : await (await DOING.tryOut()).openTrial(folder);
  // The only user of a trial is the account that started it. As root its readers have an account that every machine has.
  const own = trial && { port: 0, users: trial.usersFile, allowRoot: true, readerAccount: 'nobody' };
  const config = trial ? '' : await settingsFileKnownAs(program.opts<Flags>());
  if (process.platform !== 'linux' && !isWindows)
    throw new Error(
      `the daemon runs on Linux and Windows only, this is ${process.platform}; rexec and the library run here`,
    );
  const { serve } = await DOING.serve();
  await serve({ sources: () => sources(own), config, debug, trial, service }).catch((error) => {
    const exitCode = failure(error, FAILING);
    process.stderr.write('', () => process.exit(exitCode)); // it may listen: nothing would end it but SIGKILL
  });
}

async function usersFileFor(option: string): Promise<string> {
  const { users } = (await load()).settings;
  if (users === '') throw new Error(`${option} needs ${flagOf('users' satisfies SettingName)} FILE`);
  return users;
}
