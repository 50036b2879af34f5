import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { RexecError, systemAccountCommand } from '../base/index.ts';
import { findAccount } from '../native/index.ts';
import type { SandboxAccount } from '../sandbox/index.ts';

/** A reader could not be started, or not with what the kernel promised. */
export class ReaderStartError extends RexecError {
  override readonly code = 'REXEC_READER_START';
}

/** Readers cannot be started under the account that the settings name. */
export class ReaderAccountError extends RexecError {
  override readonly code = 'REXEC_READER_ACCOUNT';
}

/**
 * The account of the readers of a daemon that is root; undefined without root, where they keep that of the daemon.
 *
 * @throws ReaderAccountError if there is no such account, it is root, or it cannot read this program
 */
export async function readerAccount(name: string): Promise<SandboxAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const account = await findAccount(name);
  if (!account)
    throw new ReaderAccountError(
      `there is no account ${name} (readerAccount); make it: ${systemAccountCommand(name).join(' ')}`,
    );
  const { uid, gid } = account;
  if (uid === 0 || gid === 0) throw new ReaderAccountError(`readerAccount must not be root: ${name}`);
  const { filename } = import.meta;
  const node = process.execPath;
  if (await canRead({ uid, gid }, [filename, node])) return { uid, gid };
  // By the descriptors of files only the files themselves are judged.
  if (await canRead({ uid, gid }, ['/dev/fd/3', '/dev/fd/4'], [filename, node]))
    return { uid, gid, isOutside: true };
  throw new ReaderAccountError(
    `account ${name} (readerAccount) may not read ${filename} or run ${node}: have rexecd where all accounts can read it`,
  );
}

/** Tried as the account, so that the system judges access lists, too. @param open what its descriptors are, from 3 on */
async function canRead(
  { uid, gid }: SandboxAccount,
  [code = '', program = '']: readonly string[],
  open: readonly string[] = [],
): Promise<boolean> {
  const descriptors = open.map((path) => openSync(path, 'r'));
  const child = spawn('/bin/sh', ['-c', 'test -r "$0" && test -x "$1"', code, program], {
    ...{ uid, gid, cwd: '/' },
    stdio: ['ignore', 'ignore', 'ignore', ...descriptors],
  });
  for (const descriptor of descriptors) closeSync(descriptor);
  const [status] = await once(child, 'close').catch(() => []);
  return status === 0;
}
