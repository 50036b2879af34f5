import { LIMITS, LOWEST_STDERR_PORT } from '../../codec/index.ts';
import type { Rules } from './script/request-model.ts';

/** A login of the target. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** How scripts are played, and what the target is held to. */
export interface PlayOptions {
  /** A login that is good; without one the target is not expected to accept anybody. */
  readonly login?: Login | undefined;
  readonly rules: Rules;
  /** Time limit for whatever the target must do, in milliseconds. */
  readonly boundMs: number;
  /** How long a peer listens if nothing is expected. */
  readonly quietMs: number;
}

export const RULES: Rules = { limits: LIMITS, lowestPort: LOWEST_STDERR_PORT };

export const playOptions = (options: Partial<PlayOptions> = {}): PlayOptions => ({
  rules: RULES,
  boundMs: 5000,
  quietMs: 15,
  ...options,
});
