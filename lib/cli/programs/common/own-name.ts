import { userInfo } from 'node:os';
import { PasswordError } from './password.ts';

/** Who runs this program. @throws PasswordError for a uid that the user database does not know, as containers have it */
export function ownName(): string {
  try {
    return userInfo().username;
  } catch (cause) {
    throw new PasswordError('user: this uid has no user name; choose one with -l', { cause });
  }
}
