import { number, path, whole, z } from '../kinds.ts';
import { parseStoreUrl } from '../store-url.ts';

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
  sharedLockouts: z
    .string()
    .refine(
      (text) => text === '' || parseStoreUrl(text) !== undefined,
      'URL such as "rediss://rexecd@redis.example:6379", whose password is in the file lockout.sharedLockoutsPassword',
    )
    .default('')
    .describe(
      'Redis or Valkey server that several daemons keep their lockouts in: "redis://USER@HOST:PORT", or "rediss:" for TLS; empty: lockouts are of this daemon alone',
    ),
  sharedLockoutsPassword: path('')
    .default('')
    .describe(
      'file with the password for lockout.sharedLockouts, at least 16 characters and the same for all daemons; mode 640 or stricter',
    ),
  sharedLockoutsAway: z
    .enum(['own', 'refuse'])
    .default('own')
    .describe(
      'what counts while the server of lockout.sharedLockouts is away: "own" (what this daemon knows), or "refuse" (nobody may log in: "Try again.")',
    ),
  crashPenaltySeconds: number(0, 86_400)
    .default(90)
    .describe(
      'seconds an address is refused after the process that read its request crashed or broke the rules; 0: never',
    ),
} as const;
