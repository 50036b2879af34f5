import type { ExecPhase } from '../../client/index.ts';
import { printableText } from '../../events/index.ts';
import { PHASE_NAME } from './rexec-failures.ts';
import type { Target } from './rexec-hosts.ts';
import type { Flags } from './rexec-options.ts';

/** With -d, tells each phase of a command and when it began. */
export function phaseTeller({ name }: Target, { debug }: Flags): (phase: ExecPhase, detail: string) => void {
  const start = performance.now();
  return (phase, detail) => {
    if (!debug) return;
    const seconds = ((performance.now() - start) / 1000).toFixed(3);
    const what = `${name}: ${PHASE_NAME[phase]}${detail && `: ${detail}`}`;
    process.stderr.write(`rexec: ${printableText(what)} (${seconds} s)\n`);
  };
}
