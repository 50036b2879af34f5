import type { OracleId } from '../oracles/catalogue.ts';
import type { Violation } from '../oracles/sight.ts';
import type { Arena } from '../play/arena.ts';
import type { Script } from '../script/script.ts';
import { hoardedField } from './growth.ts';
import { LOGIN_PAIR, loginTiming } from './login-timing.ts';

/** What no single case shows. */
export interface Survey {
  readonly found: readonly { readonly violation: Violation; readonly script: Script }[];
  /** What was not measured to the end. */
  readonly undecided: readonly OracleId[];
}

/**
 * Measures a target as a whole, before the first case.
 *
 * @param isLate whether its time has passed: what is not decided by then stays undecided
 */
export async function survey(
  arena: Arena,
  wants: (oracle: OracleId) => boolean,
  isLate: () => boolean,
): Promise<Survey> {
  const timing = arena.options.login && wants('login.time') ? await loginTiming(arena, isLate) : undefined;
  const hoarded =
    arena.target.pid !== undefined && wants('growth.memory') ? await hoardedField(arena, isLate) : undefined;
  return {
    found: [
      ...(typeof timing === 'object' ? [{ violation: timing, script: LOGIN_PAIR }] : []),
      ...(typeof hoarded === 'object' ? [hoarded] : []),
    ],
    undecided: [
      ...(timing === 'undecided' ? (['login.time'] as const) : []),
      ...(hoarded === 'undecided' ? (['growth.memory'] as const) : []),
    ],
  };
}
