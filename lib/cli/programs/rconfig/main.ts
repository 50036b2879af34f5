import { codeOf, reasonOf } from '../../../base/index.ts';
import { ControlError } from '../../../control/index.ts';
import {
  changeFrom,
  changeSettings,
  describeSetting,
  findSetting,
  type Guard,
  keyOf,
  listSettings,
  loadPolicy,
  migrate,
  POLICY_FILE,
  type Policy,
  readDocument,
  removeKey,
  resolveSettings,
  SETTINGS_FILE,
  type SettingName,
  type Sources,
  settingLike,
  settingsTemplate,
  valueIn,
} from '../../../settings/index.ts';
import { printableLines } from '../../../text/index.ts';
import { commandLine } from '../common/command.ts';
import { completionFor, offerCompletion, SHELLS, type Shell, shellOf } from '../common/completion/index.ts';
import { REXECD_EXIT } from '../common/exit-codes.ts';
import { failure } from '../common/failure.ts';
import { heading } from '../common/page.ts';
import { reloadDaemon } from '../common/reload.ts';
import { type SettingFiles, settingsFileKnownAs, settingsFileOf } from '../common/setting-files.ts';
import { checkFile } from './check.ts';
import { settingPlaces } from './completion.ts';
import { editSettings } from './edit.ts';
import { ask } from './form.ts';
import { asJson, bare, explanation, listing, record, shown, standingRecord } from './print.ts';

interface Flags extends SettingFiles {
  reload: boolean;
}

interface Form {
  json?: boolean;
  changed?: boolean;
}

const JSON_OPTION = ['--json', 'print JSON'] as const;

const program = commandLine('rconfig')
  .description('Show and change the settings of rexecd. Without a command, ask for the most important ones.')
  .option('--config <file>', `settings file (default: REXECD_CONFIG, else ${SETTINGS_FILE})`)
  .option('--policy <file>', `policy file, which limits the settings (default: ${POLICY_FILE} if it exists)`)
  .option('--no-reload', 'do not make the running daemon reload after a change');
program
  .command('get <key>')
  .description('print the value of a setting')
  .option(...JSON_OPTION)
  .action(async (key: string, { json }: Form) => {
    const name = findSetting(key);
    const standing = listSettings(await sources()).find((each) => each.name === name)!;
    print(json ? asJson(standingRecord(standing)) : `${bare(valueIn(key, standing))}\n`);
  });
program
  .command('set <key> <value...>')
  .description('set a value in the settings file; a list takes several values')
  .action(async (key: string, words: string[]) => {
    const { file } = await sources(true);
    const { name, value } = changeFrom(key, words, file);
    await change(async (guard) => {
      const isNew = await changeSettings(path(), [{ name, value }], await policy(), guard);
      return `${keyOf(name)} = ${shown(value)} in ${path()}${isNew ? '' : ' (unchanged)'}\n`;
    }, name);
  });
program
  .command('unset <key>')
  .description('remove a setting from the file, so that its default applies')
  .action(async (key: string) => {
    const name = settingLike(key);
    await change(async (guard) => {
      const isNew = name
        ? await changeSettings(path(), [{ name, value: undefined }], undefined, guard)
        : await removeKey(path(), key, guard);
      if (!name && !isNew) findSetting(key); // says what may be meant
      return `${name ? keyOf(name) : key} is ${isNew ? 'no longer' : 'not'} set in ${path()}\n`;
    }, name);
  });
program
  .command('list')
  .description('list the settings with value, source, default and meaning')
  .option('--changed', 'only settings that differ from their default')
  .option(...JSON_OPTION)
  .action(async ({ json, changed: onlyChanged }: Form) => {
    const chosen = listSettings(await sources()).filter(({ changed }) => changed || !onlyChanged);
    const width = process.stdout.isTTY ? process.stdout.columns || 80 : undefined;
    if (json) return print(asJson(chosen.map(standingRecord)));
    const [head = '', ...rows] = listing(chosen, width).split('\n');
    print([heading(head), ...rows].join('\n'));
  });
program
  .command('check [file]')
  .description('check the settings file, or another file, and report every problem')
  .option(...JSON_OPTION)
  .action(async (other: string | undefined, { json }: Form) => {
    const file = other ?? path();
    const isValid = await checkFile(file, file !== SETTINGS_FILE, await policy(), json ?? false);
    if (!isValid) process.exitCode = REXECD_EXIT.failure;
  });
program
  .command('edit')
  .description('edit the file in $VISUAL or $EDITOR; it is saved only if it is valid')
  .action(() =>
    change(async (guard) => {
      const isNew = await editSettings(path(), await policy(), guard);
      return `${path()} is ${isNew ? 'changed' : 'unchanged'}\n`;
    }),
  );
program
  .command('explain <key>')
  .description('explain a setting: its meaning, its allowed values, and how to set it')
  .option(...JSON_OPTION)
  .action((key: string, { json }: Form) => {
    const name = findSetting(key);
    print(json ? asJson(record(name)) : explanation(describeSetting(name)));
  });
program
  .command('template')
  .description('print a settings file that shows every default')
  .action(() => print(settingsTemplate()));
program
  .command('migrate')
  .description('rewrite a settings file of an earlier version: its keys get the names that they have now')
  .action(() =>
    change(async (guard) => {
      const isNew = await migrate(path(), guard);
      return `${path()} is ${isNew ? 'rewritten' : 'up to date'}\n`;
    }),
  );
program
  .command('reload')
  .description('make the running daemon reload its settings')
  .action(async () => {
    const config = await settingsFileKnownAs(program.opts<Flags>());
    const changed = await reloadDaemon({ ...resolveSettings(await sources()), config });
    print(
      changed.length === 0
        ? 'the running daemon already uses these settings\n'
        : `changed: ${printableLines(changed.join(' '))}\n`,
    );
  });
program
  .command('completion')
  .description('print the completion script for a shell')
  .argument('<shell>', SHELLS.join(', '), shellOf)
  .action((shell: Shell) => print(completionFor(shell, program, { places: settingPlaces })));
offerCompletion(program, { places: settingPlaces });

try {
  process.stdout.on('error', () => process.exit(REXECD_EXIT.failure)); // nobody reads on
  const words = process.argv.slice(2);
  const { operands, unknown } = program.parseOptions(words);
  const isForm = operands.length + unknown.length === 0 && process.stdin.isTTY && process.stdout.isTTY;
  if (isForm) await fillIn();
  else await program.parseAsync(words, { from: 'user' });
} catch (error) {
  process.exitCode = failure(error, { name: 'rconfig', usage: REXECD_EXIT.failure, text: textOf });
}

function path(): string {
  return settingsFileOf(program.opts<Flags>());
}

async function policy(): Promise<Policy | undefined> {
  const { policy: file } = program.opts<Flags>();
  return loadPolicy(file ?? POLICY_FILE, file !== undefined);
}

/** What the settings come from; the file of the installation may be missing, and any that is still to be made. */
async function sources(mayBeMissing = false): Promise<Sources> {
  const document = await readDocument(path(), path() !== SETTINGS_FILE && !mayBeMissing);
  const file = document && { path: path(), document };
  return { file, policy: await policy(), environment: process.env };
}

/** Does a change of the file that the daemon would not refuse, and makes the running one read it. */
async function change(work: (guard: Guard) => Promise<string>, name?: SettingName): Promise<void> {
  const { reload, ...files } = program.opts<Flags>();
  const now = async () => resolveSettings(await sources(true));
  const config = await settingsFileKnownAs(files);
  const { changeOf } = await import('./change.ts'); // only now: it loads what a daemon checks at its start
  const { said, announcement, refusal } = await changeOf({ path: path(), config, reload, now, policy }, work);
  print(said);
  if (refusal) throw refusal;
  const winner = name && (await now()).origins[name];
  if (winner?.startsWith('REXECD_'))
    console.error(`rconfig: ${winner} is set in this environment and overrides the file`);
  if (announcement !== undefined) print(`${announcement}\n`);
}

/** The form, and what it says written. */
async function fillIn(): Promise<void> {
  const { file, policy: ceiling } = await sources(true);
  const changes = await ask(resolveSettings({ file, policy: ceiling }).settings, ceiling);
  if (changes === undefined) process.exitCode = REXECD_EXIT.failure;
  else if (changes.length > 0)
    await change(async (guard) => {
      await changeSettings(path(), changes, ceiling, guard);
      return `written to ${path()}\n`;
    });
}

function print(text: string): void {
  process.stdout.write(text);
}

function textOf(error: unknown): string {
  const saysWhat = !(error instanceof Error) || error instanceof ControlError;
  const isForbidden = !saysWhat && ['EACCES', 'EPERM'].includes(codeOf(error.cause));
  return `${reasonOf(error)}${isForbidden && process.getuid?.() !== 0 ? '; try sudo' : ''}`;
}
