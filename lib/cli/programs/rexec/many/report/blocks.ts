import { createHash } from 'node:crypto';
import { foldHosts } from '../../hosts/fold.ts';
import type { Target } from '../../hosts/target.ts';

/** What hosts have in common: how it ended, and both outputs. */
export interface Block {
  readonly status: string;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly hosts: Target[];
  /** The one that ended first. */
  readonly first: Target;
}

/** Hosts by what they wrote. */
export class Blocks {
  readonly #order: ReadonlyMap<Target, number>;
  #blocks = new Map<string, Block>();
  /** Bytes of outputs. */
  held = 0;

  /** `targets` are all that may come, in the order in which they are shown. */
  constructor(targets: readonly Target[]) {
    this.#order = new Map(targets.map((target, index) => [target, index]));
  }

  /** The block of a host; undefined if it is a new one, which `make` gives to be kept. */
  add(target: Target, status: string, stdout: Buffer, stderr: Buffer, make: () => Block): Block | undefined {
    const hash = createHash('sha256').update(`${status} ${stdout.length} `).update(stdout);
    const key = hash.update(stderr).digest('hex');
    const known = this.#blocks.get(key);
    if (known) {
      known.hosts.push(target);
      return known;
    }
    const block = make();
    this.#blocks.set(key, block);
    this.held += block.stdout.length + block.stderr.length;
    return undefined;
  }

  /** All blocks, in the order of their first hosts; none is left. */
  take(): Block[] {
    const blocks = [...this.#blocks.values()];
    this.#blocks = new Map();
    this.held = 0;
    const place = (target: Target) => this.#order.get(target)!;
    for (const { hosts } of blocks) hosts.sort((one, other) => place(one) - place(other));
    return blocks.sort((one, other) => place(one.hosts[0]!) - place(other.hosts[0]!));
  }
}

export const hostsIn = ({ hosts }: Pick<Block, 'hosts'>): string => foldHosts(hosts.map(({ name }) => name));
