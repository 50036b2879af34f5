import type { Arena } from './arena.ts';
import { cutVariance } from './cut-variance.ts';
import type { Finding } from './findings.ts';
import { leaks } from './growth.ts';
import { breaks } from './hunt.ts';
import type { OracleId } from './oracles/catalogue.ts';
import type { Violation } from './oracles/sight.ts';
import type { Script } from './script.ts';
import { shrink } from './shrink.ts';

const TRIES = 400;

/** How a misbehaviour shows itself when one script is played, for those that one look does not show. */
const LOOKS: Partial<Record<OracleId, (arena: Arena, script: Script) => Promise<Violation | undefined>>> = {
  'cut.differs': cutVariance,
  'growth.descriptors': leaks,
  'growth.children': leaks,
  'alive.connect': afterRevival,
  'alive.answer': afterRevival,
};

/** What a run has measured as a whole; its script is as small as it gets. */
const WHOLE: readonly OracleId[] = ['login.time', 'growth.memory'];

async function afterRevival(arena: Arena, script: Script): Promise<Violation | undefined> {
  return (await arena.revive()) ? breaks(arena, script) : undefined;
}

/** Every misbehaviour that a script shows when it is played alone. */
export async function violationsOf(arena: Arena, script: Script, oracle?: OracleId): Promise<Violation[]> {
  const look = oracle && LOOKS[oracle];
  if (!look) return arena.violations(script);
  const violation = await look(arena, script);
  return violation ? [violation] : [];
}

/** Makes the script of a finding as small as it can be in that time, and notes whether it still shows. */
export async function reduce(
  arena: Arena,
  finding: { -readonly [K in keyof Finding]: Finding[K] },
  ms: number,
): Promise<void> {
  const { oracle, cause, script } = finding;
  if (!script || WHOLE.includes(oracle)) return;
  const stillFails = async (smaller: Script): Promise<boolean> => {
    const same = (await violationsOf(arena, smaller, oracle)).find((each) => each.oracle === oracle && each.cause === cause);
    if (same) finding.detail = same.detail;
    return same !== undefined;
  };
  finding.again = await stillFails(script);
  if (finding.again) finding.script = await shrink(script, stillFails, { tries: TRIES, ms });
}
