import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';

/** Failures count for so long since the first. */
export const WINDOW_SECONDS = 15 * 60;

/** Counts failures of a subject within {@link WINDOW_SECONDS}. */
export interface Failures {
  /** Counts one more. Never rejects. */
  penalty(subject: string): Promise<Failed>;
}

/** How many failures a subject has. */
export interface Failed {
  readonly consumedPoints: number;
  readonly msBeforeNext: number;
}

/** Failures that this daemon counts by itself. */
export interface OwnFailures extends Failures {
  get(subject: string): Promise<Failed | null>;
  set(subject: string, failures: number, seconds: number): Promise<unknown>;
  delete(subject: string): Promise<boolean>;
}

export const ownFailures = (): OwnFailures => new RateLimiterMemory({ points: 1, duration: WINDOW_SECONDS });

/** Where failures are counted together: the part of a client of Redis that is needed. */
export interface FailureStore {
  readonly isReady: boolean;
  /** Rejects soon when there is no answer. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/**
 * Failures that several daemons count together. This one also counts its own, and the higher count holds: nobody starts at
 * none because the store went away, or came back empty.
 *
 * @param keyOf the key of a subject there
 */
export async function sharedFailures(
  own: OwnFailures,
  store: FailureStore,
  keyOf: (subject: string) => string,
): Promise<Failures> {
  const { default: RateLimiterRedis } = await import('rate-limiter-flexible/lib/RateLimiterRedis.js');
  // The own count is made before: as an insurance it says what it is.
  const insurance = Object.create(own, { penalty: { value: (subject: string) => own.get(subject) } });
  const shared = new RateLimiterRedis({
    storeClient: store,
    useRedisPackage: true,
    rejectIfRedisNotReady: true,
    insuranceLimiter: insurance as RateLimiterMemory,
    points: 1,
    duration: WINDOW_SECONDS,
  });
  shared.getKey = keyOf;
  return {
    async penalty(subject) {
      const alone = await own.penalty(subject);
      const together = await shared.penalty(subject);
      if (together.consumedPoints <= alone.consumedPoints) return alone;
      const known = (await own.get(subject))?.consumedPoints ?? 0; // others are counted meanwhile
      if (together.consumedPoints > known)
        await own.set(subject, together.consumedPoints, together.msBeforeNext / 1000);
      return together;
    },
  };
}
