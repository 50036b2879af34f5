import { number, whole } from '../kinds.ts';

/** Lockouts for guessing passwords. */
export const LOCKOUT = {
  lockoutFailures: whole(0, 100_000)
    .default(10)
    .describe(
      'failed logins within 15 minutes that lock out a user from one address; five times as many lock out the user everywhere, ten times as many the address; 0: no lockouts',
    ),
  lockoutSeconds: number(0.05, 86_400)
    .default(30)
    .describe('seconds the first lockout lasts; each further one lasts twice as long'),
  longestLockoutSeconds: number(0.05, 86_400)
    .default(3600)
    .describe(
      'longest a lockout may last, in seconds; a user is never locked out everywhere for more than 300',
    ),
  crashPenaltySeconds: number(0, 86_400)
    .default(90)
    .describe(
      'seconds an address is refused after the process that read its request crashed or broke the rules; 0: never',
    ),
} as const;
