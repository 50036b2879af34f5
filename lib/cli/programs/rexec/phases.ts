import type { ExecPhase } from '../../../client/index.ts';
import { printableText } from '../../../text/index.ts';
import { PHASE_NAME } from './failures.ts';
import type { Target } from './hosts/target.ts';
import type { Flags } from './options.ts';

/** With -d, prints each phase of a command and when it began; without, only what a user may have to wait for. */
export function phaseTeller({ name }: Target, flags: Flags): (phase: ExecPhase, detail: string) => void {
  const { debug, endTimeout } = flags;
  const start = performance.now();
  return (phase, detail) => {
    if (phase === 'end' && !flags.quiet) {
      const until = endTimeout > 0 ? ` until it is silent for ${endTimeout} s` : '';
      process.stderr.write(`rexec: ${printableText(`${name}: ${detail}`)}; waiting${until}\n`);
    }
    if (!debug) return;
    const seconds = ((performance.now() - start) / 1000).toFixed(3);
    const what = `${name}: ${PHASE_NAME[phase]}${detail && `: ${detail}`}`;
    process.stderr.write(`rexec: ${printableText(what)} (${seconds} s)\n`);
  };
}
