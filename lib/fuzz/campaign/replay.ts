import { isDeepStrictEqual } from 'node:util';
import { cutVariance } from '../judge/cut-variance.ts';
import { hoards, leaks } from '../judge/growth.ts';
import { LOGIN_PAIR, loginTiming } from '../judge/login-timing.ts';
import { judge } from '../oracles/index.ts';
import type { Violation } from '../oracles/sight.ts';
import { Arena } from '../play/arena.ts';
import type { Observation } from '../play/observation.ts';
import { assertFor } from '../script/actor-words.ts';
import type { Script } from '../script/script.ts';
import { type PlayOptions, playOptions } from '../settings.ts';
import type { Target } from '../targets/target.ts';

/** What a script shows when it is played again. */
export interface Replay {
  readonly observation: Observation;
  /** Every misbehaviour, also those that take more than one look: cuts, leaks, times, a valid login after it. */
  readonly violations: readonly Violation[];
}

/**
 * Plays one script and looks for everything that can be wrong with what comes of it.
 *
 * @throws FuzzError `FUZZ_SCRIPT_INVALID` for a script that is for the monitor
 */
export async function replay(
  target: Target,
  script: Script,
  options: Partial<PlayOptions> = {},
): Promise<Replay> {
  assertFor('a server or the codec', script);
  const arena = new Arena(target, playOptions(options));
  const observation = await arena.play(script);
  const violations = judge(observation, arena.options);
  const closer =
    violations.length === 0 ? [await cutVariance(arena, script), await leaks(arena, script)] : [];
  const found = [...violations, ...closer, ...(await measured(arena, script)), await arena.probe()];
  return { observation, violations: found.filter((each) => each !== undefined) };
}

/** What a run measures before its first case, for the scripts that show it. */
async function measured(arena: Arena, script: Script): Promise<(Violation | undefined)[]> {
  const isPair = arena.options.login !== undefined && isDeepStrictEqual(script, LOGIN_PAIR);
  const timing = isPair ? await loginTiming(arena) : undefined;
  return [timing === 'undecided' ? undefined : timing, await hoards(arena, script)];
}
