import type { ExecPhase } from '../../../client/index.ts';
import { printableText } from '../../../text/index.ts';
import { PHASE_NAME } from './failures.ts';
import type { Target } from './hosts/target.ts';
import type { Flags } from './options.ts';

const NOT_READ = 'use --no-exit-status: this daemon does not report it, and does not read the request for it';

/**
 * The phases of a command. With -d, each is printed with the time when it began; without, only what a user may have to
 * wait for.
 */
export class Phases {
  readonly #target: Target;
  readonly #flags: Flags;
  readonly #start = performance.now();
  #phase: ExecPhase = 'request';
  #detail = '';

  constructor(target: Target, flags: Flags) {
    this.#target = target;
    this.#flags = flags;
  }

  get phase(): ExecPhase {
    return this.#phase;
  }

  readonly enter = (phase: ExecPhase, detail: string): void => {
    const { debug, endTimeout, quiet } = this.#flags;
    this.#phase = phase;
    this.#detail = detail;
    if (phase === 'end' && !quiet) {
      const until = endTimeout > 0 ? ` until it is silent for ${endTimeout} s` : '';
      this.#print(`${detail}`, `; waiting${until}`);
    }
    if (!debug) return;
    const seconds = ((performance.now() - this.#start) / 1000).toFixed(3);
    this.#print(`${PHASE_NAME[phase]}${detail && `: ${detail}`}`, ` (${seconds} s)`);
  };

  /** Says what may be missing; called once all that came was written. */
  tellLoss(): void {
    if (this.#phase === 'stderrReset' && !this.#flags.quiet)
      this.#print(this.#detail, `\nrexec: hint: ${NOT_READ}`);
  }

  #print(what: string, more: string): void {
    process.stderr.write(`rexec: ${printableText(`${this.#target.name}: ${what}`)}${more}\n`);
  }
}
