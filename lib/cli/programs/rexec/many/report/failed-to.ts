import { closeSync, openSync, writeFileSync } from 'node:fs';
import { type Target, targetText } from '../../hosts/target.ts';
import { type Outcome, statusText } from './report.ts';

/** The hosts that failed, in a file that --hosts-file reads. */
export class FailedTo {
  readonly #path: string;
  readonly #targets: readonly Target[];
  readonly #lines = new Map<Target, string>();

  /** @throws the system's error if the file cannot be written: before any host is called */
  constructor(path: string, targets: readonly Target[]) {
    this.#path = path;
    this.#targets = targets;
    closeSync(openSync(path, 'a'));
  }

  add(outcome: Outcome): void {
    const { exit, target } = outcome;
    if (exit !== 0) this.#lines.set(target, `${targetText(target)} # ${statusText(outcome)}\n`);
  }

  /** In the order in which the hosts were listed. */
  write(): void {
    const head = `# rexec: ${this.#lines.size} of ${this.#targets.length} hosts failed\n`;
    writeFileSync(this.#path, head + this.#targets.map((target) => this.#lines.get(target) ?? '').join(''));
  }
}
