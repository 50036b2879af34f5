import { addUser, listUsers, removeUser } from '../../../login/index.ts';
import { printableText } from '../../../text/index.ts';
import { passwordFromStream, passwordFromTerminal } from '../common/password.ts';

/** Adds a user, or changes the password: it is asked for on a terminal, and read from standard input otherwise. */
export async function add(file: string, user: string): Promise<void> {
  const secret = process.stdin.isTTY
    ? await passwordFromTerminal(`New password for ${user}: `)
    : await passwordFromStream(process.stdin);
  try {
    console.log(`${user}: ${await addUser(file, user, secret)}`);
  } finally {
    secret.wipe();
  }
}

export async function remove(file: string, user: string): Promise<void> {
  await removeUser(file, user);
  console.log(`${user}: removed`);
}

/** Prints the names, one per line. */
export async function list(file: string): Promise<void> {
  for (const user of await listUsers(file)) console.log(printableText(user));
}
