import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, existsSync } from 'node:fs';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { reasonOf } from '../../../base/index.ts';
import {
  type Guard,
  type Policy,
  problemsIn,
  readSettingsText,
  replaceSettings,
  SettingsError,
  settingsTemplate,
} from '../../../settings/index.ts';

/**
 * Has a settings file edited by a person: a copy, which takes the file's place when nothing is wrong with it.
 *
 * @returns false when the text stayed as it was
 * @throws SettingsError that tells where the copy is kept
 */
export async function editSettings(path: string, policy: Policy | undefined, guard: Guard): Promise<boolean> {
  const before = await readSettingsText(path, false);
  await assertWritable(path);
  const folder = await mkdtemp(join(tmpdir(), 'rconfig-'));
  const copy = join(folder, basename(path));
  const text = before ?? settingsTemplate();
  await writeFile(copy, text, { mode: 0o600 });
  try {
    await runEditor(copy);
    const edited = await readCopy(copy);
    const problems = problemsIn(copy, edited, policy);
    if (problems.length > 0) throw new SettingsError(problems.map(({ message }) => message).join('\n'));
    const isChanged = edited !== text && (await replaceSettings(path, before, edited, guard));
    await rm(folder, { recursive: true });
    return isChanged;
  } catch (cause) {
    if ((await readFile(copy, 'utf8').catch(() => text)) !== text)
      throw new SettingsError(`${reasonOf(cause)}\n${path} was not changed; your edits are kept in ${copy}`, {
        cause,
      });
    await rm(folder, { recursive: true });
    throw cause;
  }
}

/** Nobody should write for nothing. */
async function assertWritable(path: string): Promise<void> {
  let folder = dirname(resolve(path));
  while (!existsSync(folder)) folder = dirname(folder);
  await access(folder, constants.W_OK).catch((cause) => {
    throw new SettingsError(`${path}: permission denied`, { cause });
  });
}

async function runEditor(file: string): Promise<void> {
  const editor = process.env.VISUAL || process.env.EDITOR || 'vi';
  const ignore = () => {}; // Ctrl-C is for the editor, neither for us nor for its shell
  process.on('SIGINT', ignore);
  const child = spawn('/bin/sh', ['-c', `trap : INT; ${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
  const [code, signal] = await once(child, 'exit');
  process.off('SIGINT', ignore);
  if (code !== 0) throw new SettingsError(`the editor (${editor}) failed with ${signal ?? code}`);
}

async function readCopy(copy: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(copy));
  } catch (cause) {
    throw new SettingsError(`${copy}: not UTF-8`, { cause });
  }
}
