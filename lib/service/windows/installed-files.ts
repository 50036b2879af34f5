import { dirname, join } from 'node:path';
import { INSTALLED_FILES } from '../../base/index.ts';

/** The folder of settings, users, log and messages: `C:\ProgramData\rexecd`. */
export const FOLDER: string = dirname(INSTALLED_FILES.settings);
export const MESSAGE_FILE: string = join(FOLDER, 'rexecdmsg.dll');
/** Where the event log looks for what the ids of a source mean. */
export const SOURCE_KEY = 'SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\rexecd';
