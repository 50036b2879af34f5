import { cutVariance } from '../judge/cut-variance.ts';
import { leaks } from '../judge/growth.ts';
import type { OracleId } from '../oracles/catalogue.ts';
import type { Violation } from '../oracles/sight.ts';
import type { Arena } from '../play/arena.ts';
import type { Script } from '../script/script.ts';
import type { Findings, Kept } from './findings.ts';
import { breaks } from './hunt.ts';
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

/** The same misbehaviour when the script is played once more. */
export async function showsAgain(
  arena: Arena,
  script: Script,
  { oracle, cause }: Pick<Violation, 'oracle' | 'cause'>,
): Promise<Violation | undefined> {
  const found = (await LOOKS[oracle]?.(arena, script)) ?? (await arena.violations(script));
  return [found].flat().find((each) => each.oracle === oracle && each.cause === cause);
}

/**
 * Makes the script of a finding as small as it can be in that time, and notes whether it still shows. The small script
 * stays only if it shows with patience too.
 */
export async function reduce(
  arena: Arena,
  findings: Findings,
  finding: Kept,
  budget: { readonly ms: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { script } = finding;
  if (!script || WHOLE.includes(finding.oracle)) return;
  const shows = (smaller: Script, where = arena) => showsAgain(where, smaller, finding);
  if (!finding.again) {
    if (!(await shows(script, arena.patient))) return;
    findings.change(finding, { again: true });
  }
  const stillFails = async (smaller: Script): Promise<boolean> => (await shows(smaller)) !== undefined;
  const small = await shrink(script, stillFails, { tries: TRIES, ...budget });
  const seen = await shows(small, arena.patient);
  if (seen) findings.change(finding, { script: small, detail: seen.detail });
}
