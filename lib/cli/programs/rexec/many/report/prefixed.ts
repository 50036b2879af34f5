import type { Readable } from 'node:stream';
import { linesOf, type RemoteCommand } from '../../../../../client/index.ts';
import { unlessFailed } from '../../failures.ts';
import type { Flags } from '../../flags.ts';
import { foldHosts } from '../../hosts/fold.ts';
import type { Target } from '../../hosts/target.ts';
import type { Outlet, Style } from './outlet.ts';
import { causeText, type Outcome, type Outlets, type Report, statusText } from './report.ts';

const NEWLINE = 0x0a;
const LONGEST_LINE = 64 * 1024; // bytes
const COLOURS: readonly Style[] = ['cyan', 'yellow', 'green', 'magenta', 'blue', 'red'];

/** `host: line` as lines come; a longer line than 64 KiB in pieces. */
export class Prefixed implements Report {
  readonly #outlets: Outlets;
  readonly #flags: Flags;
  readonly #causes = new Map<string, Target[]>();
  #hosts = 0;

  constructor(outlets: Outlets, flags: Flags) {
    this.#outlets = outlets;
    this.#flags = flags;
  }

  async follow({ name }: Target, { stdout, stderr }: RemoteCommand): Promise<void> {
    const { out, err } = this.#outlets;
    const colour = COLOURS[this.#hosts++ % COLOURS.length]!;
    const prefixOn = (outlet: Outlet) =>
      Buffer.from(this.#flags.prefix !== false ? `${outlet.styled(colour, `${name}:`)} ` : '');
    await Promise.all([
      copyLines(prefixOn(out), stdout, out).catch(unlessFailed),
      stderr && copyLines(prefixOn(err), stderr, err).catch(unlessFailed),
    ]);
  }

  /** A cause is shown for the first host that has it: the summary has the others, or with --quiet the end. */
  async ended(outcome: Outcome): Promise<void> {
    if (outcome.result) return;
    const { target, notStarted } = outcome;
    const cause = causeText(outcome);
    const others = this.#causes.get(cause);
    if (others) return void others.push(target);
    this.#causes.set(cause, notStarted === undefined ? [] : [target]);
    if (notStarted === undefined) await this.#say(target.name, statusText(outcome));
  }

  async finish(): Promise<void> {
    if (!this.#flags.quiet) return;
    for (const [cause, others] of this.#causes)
      if (others.length > 0) await this.#say(foldHosts(others.map(({ name }) => name)), cause);
  }

  async #say(hosts: string, text: string): Promise<void> {
    const { err } = this.#outlets;
    await err.write(`${err.styled('red', `rexec: ${hosts}: ${text}`)}\n`);
  }
}

async function copyLines(prefix: Buffer, source: Readable, outlet: Outlet): Promise<void> {
  for await (const lines of linesOf(source, LONGEST_LINE))
    await outlet.write(
      Buffer.concat(
        lines.flatMap((line) => [
          prefix,
          outlet.shown(line),
          ...(line.at(-1) === NEWLINE ? [] : [Buffer.of(NEWLINE)]),
        ]),
      ),
    );
}
