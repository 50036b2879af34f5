import type { OracleId } from '../oracles/catalogue.ts';
import type { Violation } from '../oracles/sight.ts';
import { shown } from '../script/byte-text.ts';
import type { PeerName } from '../script/script.ts';
import type { Effects } from './effects.ts';
import type { SessionModel } from './session-model.ts';
import type { Stage } from './stage.ts';

/** What was played last. */
interface Played {
  readonly peer: PeerName;
  readonly actor: string;
  readonly what: string;
  /** Of its session, before. */
  readonly state: string;
}

/** What may be wrong with each effect, in this order: the first that differs is the cause of the others. */
const ORACLES: readonly (readonly [effect: keyof Effects, oracle: OracleId])[] = [
  ['reader', 'monitor.accepts'],
  ['host', 'monitor.accepts'],
  ['logins', 'monitor.login'],
  ['unwrapped', 'monitor.order'],
  ['runs', 'monitor.run'],
  ['ports', 'monitor.order'],
  ['going', 'monitor.order'],
  ['events', 'monitor.events'],
  ['left', 'monitor.events'],
  ['starting', 'monitor.events'],
];

/** What is wrong with what has come of all that was played. */
export function differenceOf(
  parts: ReadonlyMap<PeerName, { readonly stage: Stage; readonly model: SessionModel }>,
  { peer, actor, what, state }: Played,
): Violation | undefined {
  const cause = `${actor} ${what} while ${state}`;
  for (const [each, { stage, model }] of parts) {
    const [seen, expected] = [stage.effects, model.effects];
    const wrong = ORACLES.find(([effect]) => String(seen[effect]) !== String(expected[effect]));
    if (wrong) {
      const [effect, oracle] = wrong;
      const told = shown(
        `${effect} of ${each}: ${brief(seen[effect])} instead of ${brief(expected[effect])}`,
      );
      const isHarsh = oracle === 'monitor.accepts' && expected[effect] === 'alive';
      return {
        oracle: each !== peer ? 'monitor.disturbs' : isHarsh ? 'monitor.ends' : oracle,
        cause,
        detail: told.slice(1, -1),
      };
    }
    const { blamed } = stage.processes;
    if (blamed.length > 1)
      return { oracle: 'monitor.blame', cause, detail: `${blamed.length} times: ${blamed[0]}` };
  }
  return undefined;
}

const MOST_SHOWN = 200; // characters
const brief = (value: Effects[keyof Effects]): string => {
  const text = typeof value === 'object' ? `[${value.join(', ')}]` : String(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}...` : text;
};
