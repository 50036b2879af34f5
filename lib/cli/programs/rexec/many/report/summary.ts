import { styleText } from 'node:util';
import { adviceOn } from '../../failures.ts';
import { foldHosts } from '../../hosts/fold.ts';
import { causeText, type Outcome } from './report.ts';

interface Result {
  readonly isGood: boolean;
  readonly hosts: string[];
  longest: number;
}

/** How it went on all hosts: results with the hosts that have them, hints, and how many succeeded. */
export class Summary {
  readonly #results = new Map<string, Result>();
  readonly #advice = new Set<string>();
  #good = 0;
  #all = 0;

  add(outcome: Outcome): void {
    const { exit, seconds, target, error, notStarted } = outcome;
    const cause = causeText(outcome);
    const key = `${exit === 0} ${cause}`;
    const result = this.#results.get(key) ?? { isGood: exit === 0, hosts: [], longest: 0 };
    this.#results.set(key, result);
    result.hosts.push(target.name);
    result.longest = Math.max(result.longest, seconds);
    this.#good += exit === 0 ? 1 : 0;
    this.#all += 1;
    const advice = notStarted === undefined ? adviceOn(error) : undefined;
    if (advice !== undefined) this.#advice.add(advice);
  }

  /** Results that are successes come first, then those of most hosts. */
  get text(): string {
    const results = [...this.#results].sort(
      ([, one], [, other]) =>
        Number(other.isGood) - Number(one.isGood) || other.hosts.length - one.hosts.length,
    );
    return [
      ...results.map(([key, result]) => lineOf(key.slice(key.indexOf(' ') + 1), result)),
      ...[...this.#advice].map((each) => `rexec: hint: ${each}`),
      `rexec: ${this.#good} of ${this.#all} hosts succeeded`,
      '',
    ].join('\n');
  }
}

function lineOf(cause: string, { isGood, hosts, longest }: Result): string {
  const count = hosts.length === 1 ? '' : `${hosts.length} hosts, up to `;
  const line = `rexec: ${cause}: ${foldHosts(hosts)} (${count}${longest.toFixed(2)} s)`;
  return isGood ? line : styleText('red', line, { stream: process.stderr });
}
