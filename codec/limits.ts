import type { FieldName } from './request/frames.ts';

/** The longest value of each request field in bytes, its NUL excluded. */
export type FieldLimits = Readonly<Record<FieldName, number>>;

/** Longest value of each request field in bytes, its terminating NUL excluded (rexecd(8) steps 3 to 5). */
export const LIMITS = {
  stderrPort: 5, // "65535"
  user: 256,
  password: 256,
  command: 8192,
} as const satisfies FieldLimits;

/** Longest diagnostic a {@link ReplyDecoder} keeps, in bytes; the rest of a longer one is dropped. */
export const DIAGNOSTIC_LIMIT = 1024;

/** Lowest port of a stderr channel: a daemon that runs as root must not be sent to a reserved port (protocol.md 1.4). */
export const LOWEST_STDERR_PORT = 1024;

/** Highest value a caller may raise a field limit to, in bytes: the longest argument Linux gives a program. */
const HIGHEST_LIMIT = 131_071;

/** Fills in what the caller leaves out. A limit can be lowered or raised, never removed: `RangeError` otherwise. */
export function fieldLimits(changes?: Partial<FieldLimits>): FieldLimits {
  if (changes === undefined) return LIMITS;
  const limits = { ...LIMITS, ...changes };
  for (const [field, limit] of Object.entries(limits)) {
    if (!Number.isInteger(limit) || limit < 0 || limit > HIGHEST_LIMIT) {
      throw new RangeError(
        `the limit of ${field} is a whole number from 0 to ${HIGHEST_LIMIT}, not ${limit}`,
      );
    }
  }
  return limits;
}
