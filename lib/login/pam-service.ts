import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where Linux-PAM looks for service files, in its order. */
const FOLDERS = ['/etc/pam.d', '/usr/lib/pam.d'];
const DEEPEST_INCLUDE = 8;

/** The PAM service is not set up; the message says how to. */
export class PamServiceError extends Error {
  readonly code = 'REXEC_PAM_SERVICE';
}

/** @throws PamServiceError when there is no service file, because PAM would fall back to rules made for nothing */
export async function checkPamService(service: string): Promise<void> {
  if ((await readService(service)) === undefined) {
    throw new PamServiceError(
      `PAM service file ${join(FOLDERS[0]!, service)} is missing: "rexecd -install" writes it, or name another by --pam-service`,
    );
  }
}

/**
 * Does the service ask for sessions? Without a line of its own PAM takes those of the service "other", which may make
 * a desktop session of every login.
 */
export async function hasSessionModules(service: string, depth = 0): Promise<boolean> {
  const text = depth > DEEPEST_INCLUDE ? '' : ((await readService(service)) ?? '');
  if (/^\s*-?session\s/m.test(text)) return true;
  for (const [, included] of text.matchAll(/^\s*@include\s+(\S+)/gm))
    if (await hasSessionModules(included!, depth + 1)) return true;
  return false;
}

async function readService(service: string): Promise<string | undefined> {
  for (const folder of FOLDERS) {
    const text = await readFile(join(folder, service), 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}
