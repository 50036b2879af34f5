import { createHash } from 'node:crypto';
import type { RemoteCommand } from '../../../../client/index.ts';
import { foldHosts } from '../hosts/fold.ts';
import type { Target } from '../hosts/target.ts';
import { Keeper, type Pair } from './kept.ts';
import { type Outcome, type Outlets, type Report, statusText } from './report.ts';

const NEWLINE = 0x0a;

interface Block extends Pair {
  readonly status: string;
  readonly hosts: Target[];
}

const MOST_HELD = 64 * 1024 * 1024; // bytes of blocks that wait for equal ones

/** One block per host, equal ones together, at the end; or sooner, if they are too much to hold. */
export class Collected implements Report {
  readonly #outlets: Outlets;
  readonly #keeper: Keeper;
  readonly #order: ReadonlyMap<Target, number>;
  readonly #blocks = new Map<string, Block>();
  #held = 0;

  /** `targets` are all that may come, in the order in which they are shown. */
  constructor(outlets: Outlets, limit: number, targets: readonly Target[]) {
    this.#outlets = outlets;
    this.#order = new Map(targets.map((target, index) => [target, index]));
    this.#keeper = new Keeper(limit);
  }

  follow(target: Target, remote: RemoteCommand): Promise<void> {
    return this.#keeper.read(target, remote);
  }

  async ended(outcome: Outcome): Promise<void> {
    const { target } = outcome;
    const pair = this.#keeper.take(target);
    const { stdout, stderr } = pair;
    for (const [what, { dropped }] of Object.entries({ stdout, stderr }))
      if (dropped > 0)
        await this.#outlets.err.write(
          `rexec: ${target.name}: ${dropped} bytes of ${what} dropped (--output-limit)\n`,
        );
    const status = statusText(outcome);
    const hash = createHash('sha256').update(`${status} ${stdout.bytes.length} `).update(stdout.bytes);
    const key = hash.update(stderr.bytes).digest('hex');
    const block = this.#blocks.get(key) ?? { ...pair, status, hosts: [] };
    block.hosts.push(target);
    if (!this.#blocks.has(key)) this.#held += stdout.bytes.length + stderr.bytes.length;
    this.#blocks.set(key, block);
    if (this.#held > MOST_HELD) await this.finish();
  }

  async finish(): Promise<void> {
    const place = (target: Target) => this.#order.get(target)!;
    const blocks = [...this.#blocks.values()];
    this.#blocks.clear(); // others may come while these are written
    this.#held = 0;
    for (const { hosts } of blocks) hosts.sort((one, other) => place(one) - place(other));
    blocks.sort((one, other) => place(one.hosts[0]!) - place(other.hosts[0]!));
    for (const { hosts, status, stdout, stderr } of blocks) {
      const head = `== ${foldHosts(hosts.map(({ name }) => name))} (${status})`;
      await this.#outlets.out.write(block(head, stdout.bytes));
      if (stderr.bytes.length > 0) await this.#outlets.err.write(block(`${head}, stderr`, stderr.bytes));
    }
  }
}

const block = (head: string, bytes: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`${head}\n`),
    bytes,
    bytes.length > 0 && bytes.at(-1) !== NEWLINE ? Buffer.of(NEWLINE) : Buffer.alloc(0),
  ]);
