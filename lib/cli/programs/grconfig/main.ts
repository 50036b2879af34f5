import { POLICY_FILE, resolveSettings, SETTINGS_FILE } from '../../../settings/index.ts';
import { commandLine } from '../common/command.ts';
import { offerCompletion } from '../common/completion/index.ts';
import { REXECD_EXIT } from '../common/exit-codes.ts';
import { failure } from '../common/failure.ts';
import { openPanel } from '../common/open-panel.ts';
import { readSettingFiles, type SettingFiles, settingsFileKnownAs } from '../common/setting-files.ts';

interface Flags extends SettingFiles {
  viewer?: boolean;
  port?: string;
  control?: string;
}

const program = commandLine('grconfig')
  .description('Print the address that opens the control panel of rexecd, once and within a minute.')
  .option('--viewer', 'an address that shows everything and changes nothing')
  .option('--config <file>', `settings file (default: REXECD_CONFIG, else ${SETTINGS_FILE})`)
  .option('--policy <file>', `policy file, which limits the settings (default: ${POLICY_FILE} if it exists)`)
  .option('--port <n>', 'port of the daemon that is meant (default: as the settings have it)')
  .option('--control <path>', 'control socket of the daemon that is meant (default: as the settings have it)')
  .allowExcessArguments(false)
  .showSuggestionAfterError()
  .action(open);
offerCompletion(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = failure(error, { name: 'grconfig', usage: REXECD_EXIT.failure });
}

async function open({ viewer = false, port, control, ...named }: Flags): Promise<void> {
  const flags = { ...(port !== undefined && { port }), ...(control !== undefined && { control }) };
  const resolved = resolveSettings({
    ...(await readSettingFiles(named)),
    environment: process.env,
    flags,
  });
  await openPanel({ ...resolved, config: await settingsFileKnownAs(named) }, viewer ? 'viewer' : 'admin');
}
