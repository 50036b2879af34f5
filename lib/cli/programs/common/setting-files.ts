import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  loadPolicy,
  POLICY_FILE,
  readDocument,
  SETTINGS_FILE,
  type Sources,
} from '../../../settings/index.ts';

/** The files that a program is asked to read; those of the installation are read if they exist. */
export interface SettingFiles {
  readonly config?: string;
  readonly policy?: string;
}

export const settingsFileOf = ({ config = process.env.REXECD_CONFIG }: SettingFiles): string =>
  config ?? SETTINGS_FILE;

/** The same as one absolute path, whatever links and folders it was named by: what a daemon is found by. */
export const settingsFileKnownAs = async (files: SettingFiles): Promise<string> => {
  const path = resolve(settingsFileOf(files));
  return realpath(path).catch(() => path);
};

/** @throws SettingsError when a file cannot be trusted or read, or one that was named is not there */
export async function readSettingFiles(files: SettingFiles): Promise<Pick<Sources, 'file' | 'policy'>> {
  const path = settingsFileOf(files);
  const [document, policy] = await Promise.all([
    readDocument(path, path !== SETTINGS_FILE),
    loadPolicy(files.policy ?? POLICY_FILE, files.policy !== undefined),
  ]);
  return { file: document && { path, document }, policy };
}
