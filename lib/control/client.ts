import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { codeOf, isAbsence, isWindows, wordsOf } from '../base/index.ts';
import { mustBeOurPipe } from './pipe.ts';
import {
  type ControlReply,
  type ControlRequest,
  controlSocketOf,
  type DaemonIdentity,
  FOLDER_OF_ROOT,
  isControlSocket,
} from './protocol.ts';
import { ControlError } from './server.ts';

/** A reload may wait for a name source or a disk. */
const PATIENCE_MS = 30_000;
const QUICK_MS = 2000;

/**
 * Gives a command to a daemon over its control socket.
 *
 * @throws ControlError with the daemon's own words, because no daemon is listening there, or because the socket is
 *   another account's
 */
export async function tellDaemon(path: string, operation: string, argument?: unknown): Promise<unknown> {
  return told(path, { operation, argument }, PATIENCE_MS);
}

/**
 * The control socket of the running daemon that reads a settings file, however its port has changed since: one of those
 * in the folder where they are by default.
 *
 * @param config absolute path of the settings file
 */
export async function socketOfDaemonWith(config: string): Promise<string | undefined> {
  const folder = dirname(controlSocketOf(0));
  for (const name of (await readdir(folder).catch(() => [])).sort()) {
    const path = join(folder, name);
    if (!isControlSocket(path)) continue;
    const identity = await told(path, { operation: 'identify' }, QUICK_MS).catch(() => undefined);
    if ((identity as Partial<DaemonIdentity> | undefined)?.config === config) return path;
  }
  return undefined;
}

async function told(path: string, request: ControlRequest, patienceMs: number): Promise<unknown> {
  const reply = await exchange(path, request, patienceMs);
  if ('error' in reply) throw new ControlError(reply.error);
  return reply.result;
}

async function exchange(path: string, request: ControlRequest, patienceMs: number): Promise<ControlReply> {
  try {
    await (isWindows ? mustBeOurPipe(path) : mustBeOurs(path));
    const socket = connect(path);
    socket.setTimeout(patienceMs, () =>
      socket.destroy(new Error(`the daemon did not answer within ${patienceMs / 1000} s`)),
    );
    try {
      socket.write(`${JSON.stringify(request)}\n`);
      return JSON.parse(await text(socket)) as ControlReply;
    } finally {
      socket.destroy();
    }
  } catch (cause) {
    throw new ControlError(`control socket ${path}: ${refusalOf(path, cause)}`, { cause });
  }
}

function refusalOf(path: string, cause: unknown): string {
  if (isAbsence(cause))
    return isBesideRoots(path)
      ? 'no daemon is listening there (check --port); for one that root runs, use sudo'
      : 'no daemon is listening there (check --port)';
  if (['EACCES', 'EPERM'].includes(codeOf(cause)))
    return 'permission denied; only the account of the daemon and root may use it (try sudo)';
  return wordsOf(cause);
}

/** Whether a daemon of this account is missed on a machine where root has, or had, one. */
const isBesideRoots = (path: string): boolean =>
  !isWindows && process.getuid!() !== 0 && dirname(path) !== FOLDER_OF_ROOT && existsSync(FOLDER_OF_ROOT);

/**
 * SECURITY: another account can make a socket in a folder that is open to all, such as /tmp, before the daemon does. What
 * answers there must be root's or this account's; root may ask the daemon of any account, but of one alone.
 */
async function mustBeOurs(path: string): Promise<void> {
  const folder = dirname(path);
  const [around, socket] = await Promise.all([lstat(folder), lstat(path)]);
  const own = process.getuid!();
  for (const [what, { uid }] of [
    [folder, around],
    [path, socket],
  ] as const)
    if (uid !== 0 && uid !== own && (own !== 0 || uid !== around.uid))
      throw new Error(`${what} is owned by uid ${uid}; it must be owned by root or by this account`);
  if (!around.isDirectory() || around.mode & 0o022)
    throw new Error(`${folder} must be a folder that only its owner can write to (chmod go-w)`);
}
