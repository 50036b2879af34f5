import { readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf, INSTALLED_FILES, reasonOf, wordsOf } from '../../base/index.ts';
import { ownerToKeep, readTrusted, replaceFile, type Trust } from '../../files/index.ts';
import { SettingsError } from '../errors.ts';
import { type Policy, readPolicy } from '../policy.ts';
import { TomlDocument } from './toml-document.ts';

export const SETTINGS_FILE = INSTALLED_FILES.settings;
export const POLICY_FILE = INSTALLED_FILES.policy;

const OTHERS_WRITE = 0o022;

/**
 * Reads a settings or policy file.
 *
 * @returns undefined if the file is optional and missing
 * @throws SettingsError when it is missing, cannot be trusted or is not TOML
 */
export async function readDocument(path: string, required: boolean): Promise<TomlDocument | undefined> {
  const text = await readSettingsText(path, required);
  return text === undefined ? undefined : new TomlDocument(path, text);
}

// SECURITY: it decides who may log in, so only root and this account may have written it.
const TRUST: Trust = {
  forbidden: OTHERS_WRITE,
  rule: () => 'must not be writable by group or others (chmod go-w)',
  links: true,
};

/** The text of such a file, whatever it says. @throws SettingsError when it is missing or cannot be trusted */
export async function readSettingsText(path: string, required: boolean): Promise<string | undefined> {
  try {
    return decoded(path, await readTrusted(path, TRUST));
  } catch (cause) {
    if (cause instanceof SettingsError) throw cause;
    const code = codeOf(cause);
    if (code === '') throw new SettingsError(reasonOf(cause), { cause });
    if (code === 'ENOENT' && !required) return undefined;
    throw new SettingsError(`${path}: ${wordsOf(cause)}`, { cause });
  }
}

/** @throws SettingsError as {@link readDocument}, and for a rule about nothing */
export async function loadPolicy(path: string, required: boolean): Promise<Policy | undefined> {
  const document = await readDocument(path, required);
  return document && readPolicy(path, document);
}

/** The path that links lead to, even if it does not exist yet. */
export async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const isMissing = codeOf(error) === 'ENOENT';
    const link = isMissing ? await readlink(path).catch(() => undefined) : undefined;
    return link === undefined ? path : targetOf(resolve(dirname(path), link));
  }
}

/**
 * Puts a new text in the place of a file at once, or not at all; mode and owner stay what they were, and a link stays
 * a link.
 */
export async function replaceSettingsFile(path: string, text: string, mode = 0o644): Promise<void> {
  const target = await targetOf(path);
  const before = await stat(target).catch(() => undefined);
  await replaceFile(target, text, before ? before.mode & 0o7777 : mode, await ownerToKeep(target));
}

function decoded(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SettingsError(`${path}: not UTF-8`); // what is not understood could not be written back
  }
}
