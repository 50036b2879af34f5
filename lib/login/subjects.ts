import { networkOf } from './address.ts';

/** How many times the failures of a pair each kind of subject may have before it is locked out. */
export const SCOPES = { pair: 1, user: 5, address: 10 } as const;

/** What is locked out: a user from one address, a user, or an address. */
export type Scope = keyof typeof SCOPES;
export type Subject = readonly [Scope, string];
type Subjects = readonly [pair: Subject, user: Subject, address: Subject];

/** A subject that is locked out: `ada from 192.0.2.1`, `user ada`, `address 192.0.2.1`. */
export interface LockedOut {
  readonly subject: string;
  readonly scope: Scope;
  readonly failures: number;
  /** How many lockouts in a row this one is. */
  readonly times: number;
  readonly seconds: number; // left
}

/** Whom a login can lock out, and who can lock it out. */
export function subjectsOf(user: string, address: string): Subjects {
  const from = networkOf(address);
  const name = /^[\w.@\\-]+$/.test(user) ? user : JSON.stringify(user); // no name can look like another subject
  return [
    ['pair', `${name} from ${from}`],
    ['user', `user ${name}`],
    ['address', `address ${from}`],
  ];
}
