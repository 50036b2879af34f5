import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { makeFolder, Secret, shellQuoted } from '../../../base/index.ts';
import { locked, replaceFile } from '../../../files/index.ts';
import { addUser } from '../../../login/index.ts';

/** A place to try the daemon without an account or a setting. */
export interface Trial {
  readonly usersFile: string;
  /** The command line that works against this trial when it is pasted into a shell in this folder. */
  commandFor(port: number): string;
}

const USER = 'demo';

/** Makes, on first use, a users file with one account and a random password in `folder`; nobody else can read it. */
export async function openTrial(folder: string): Promise<Trial> {
  const usersFile = join(folder, 'users');
  const passwordFile = join(folder, `${USER}.password`);
  makeFolder(folder, 0o700);
  await locked(passwordFile, async () => {
    const known = await Promise.all([readFile(usersFile), readFile(passwordFile)]).catch(() => undefined);
    if (known) return;
    const password = randomBytes(12).toString('base64url');
    await replaceFile(passwordFile, `${password}\n`, 0o600);
    await addUser(usersFile, USER, new Secret(Buffer.from(password)));
  });
  const program = join(import.meta.dirname, '..', '..', `rexec${extname(import.meta.filename)}`);
  const client = [here(process.execPath), here(program)].map(quoted).join(' ');
  return {
    usersFile,
    commandFor: (port) =>
      `${client} -l ${USER} -P ${quoted(passwordFile)} --port ${port} 127.0.0.1 'echo "hello from process $$ of $(hostname)"'`,
  };
}

/** Relative where it is below this folder. */
function here(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

const quoted = (word: string): string => (/^[\w./-]+$/.test(word) ? word : shellQuoted(word));
