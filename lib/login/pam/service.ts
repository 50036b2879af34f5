import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RexecError } from '../../base/index.ts';

/** Where Linux-PAM looks for service files, in its order. */
const FOLDERS = ['/etc/pam.d', '/usr/lib/pam.d'];
const DEEPEST_INCLUDE = 8;

const SESSION = /^\s*-?session\s+(?:(?:include|substack)\s+(?<service>\S+))?/i;
const INCLUDE = /^\s*@include\s+(?<service>\S+)/i;

/** The PAM service is not set up; the message says how to. */
export class PamServiceError extends RexecError {
  override readonly code = 'REXEC_PAM_SERVICE';
}

/** Whether a service has a file. */
export const hasPamService = (service: string): boolean => readService(service.toLowerCase()) !== undefined;

/** @throws PamServiceError when there is no service file, because PAM would fall back to rules made for nothing */
export function checkPamService(service: string): void {
  if (!hasPamService(service)) {
    throw new PamServiceError(
      `PAM service file ${join(FOLDERS[0]!, service)} does not exist; create it with "rexecd -install", or choose another service with --pam-service`,
    );
  }
}

/**
 * Does the service ask for sessions? Without a line of its own PAM takes those of the service "other", which may make
 * a desktop session of every login.
 */
export function hasSessionModules(service: string): boolean {
  return hasSessions(service.toLowerCase(), 0); // as PAM spells it
}

function hasSessions(service: string, depth: number): boolean {
  const text = depth > DEEPEST_INCLUDE ? '' : (readService(service) ?? '');
  for (const line of text.replaceAll('\\\n', ' ').split('\n')) {
    const session = SESSION.exec(line)?.groups;
    if (session && session.service === undefined) return true;
    const included = session?.service ?? INCLUDE.exec(line)?.groups?.service;
    if (included !== undefined && hasSessions(included, depth + 1)) return true;
  }
  return false;
}

function readService(service: string): string | undefined {
  if (service === '') return undefined;
  const files = service.startsWith('/') ? [service] : FOLDERS.map((folder) => join(folder, service));
  for (const file of files) {
    try {
      return readFileSync(file, 'utf8');
    } catch {} // the next one
  }
  return undefined;
}
