import { counted } from '../../../../../base/index.ts';
import type { RemoteCommand } from '../../../../../client/index.ts';
import type { Flags } from '../../flags.ts';
import type { Target } from '../../hosts/target.ts';
import { type Block, Blocks, hostsIn } from './blocks.ts';
import { Differences } from './difference.ts';
import { Keeper } from './kept.ts';
import type { Outlet } from './outlet.ts';
import { type Outcome, type Outlets, type Report, statusText } from './report.ts';

const NEWLINE = 0x0a;
const MOST_HELD = 64 * 1024 * 1024; // bytes of blocks that wait for equal ones
const NOTHING = Buffer.alloc(0);

/**
 * One block per host, equal ones together, at the end; or sooner, if they are too much to hold. With --live a block is
 * shown when its first host ends, and at the end who else has it. With --diff all but the largest as differences to that.
 */
export class Collected implements Report {
  readonly #outlets: Outlets;
  readonly #flags: Flags;
  readonly #keeper: Keeper;
  readonly #blocks: Blocks;

  /** `targets` are all that may come, in the order in which they are shown. */
  constructor(outlets: Outlets, flags: Flags, targets: readonly Target[]) {
    this.#outlets = outlets;
    this.#flags = flags;
    this.#blocks = new Blocks(targets);
    this.#keeper = new Keeper(flags.outputLimit);
  }

  follow(target: Target, remote: RemoteCommand): Promise<void> {
    return this.#keeper.read(target, remote);
  }

  async ended(outcome: Outcome): Promise<void> {
    const { target } = outcome;
    const { stdout, stderr } = this.#keeper.take(target);
    for (const [what, { dropped }] of Object.entries({ stdout, stderr }))
      if (dropped > 0)
        await this.#outlets.err.write(
          `rexec: ${target.name}: ${counted(dropped, 'byte')} of ${what} dropped (--output-limit)\n`,
        );
    const status = statusText(outcome);
    const whole = { status, stdout: stdout.bytes, stderr: stderr.bytes, hosts: [target], first: target };
    const isLive = this.#flags.live === true;
    const kept = (bytes: Buffer) => (isLive ? NOTHING : Buffer.from(bytes));
    const known = this.#blocks.add(target, status, whole.stdout, whole.stderr, () => ({
      ...whole,
      stdout: kept(whole.stdout),
      stderr: kept(whole.stderr),
    }));
    if (isLive && !known) await this.#write(whole);
    if (this.#blocks.held <= MOST_HELD) return;
    await this.#outlets.err.write(
      'rexec: outputs of more than 64 MiB are shown before all hosts have ended\n',
    );
    await this.finish();
  }

  async finish(): Promise<void> {
    const blocks = this.#blocks.take(); // others may come while these are written
    if (this.#flags.live) return this.#sayWhoElse(blocks);
    const largest = this.#flags.diff ? largestOf(blocks) : undefined;
    const differences = new Differences();
    if (largest) await this.#write(largest);
    for (const block of blocks) {
      if (!largest) await this.#write(block);
      else if (block !== largest) await this.#writeDifference(largest, block, differences);
    }
  }

  async #sayWhoElse(blocks: readonly Block[]): Promise<void> {
    for (const { status, hosts, first } of blocks) {
      const others = hosts.filter((host) => host !== first);
      if (others.length > 0)
        await this.#outlets.out.write(
          `== ${hostsIn({ hosts: others })} (${status}): the same as ${first.name}\n`,
        );
    }
  }

  async #write(block: Block): Promise<void> {
    const { out, err } = this.#outlets;
    const head = `== ${hostsIn(block)} (${block.status})`;
    await out.write(blockText(out, head, block.stdout));
    if (block.stderr.length > 0) await err.write(blockText(err, `${head}, stderr`, block.stderr));
  }

  async #writeDifference(largest: Block, block: Block, differences: Differences): Promise<void> {
    const { out, err } = this.#outlets;
    const head = `== ${hostsIn(block)} (${block.status})`;
    const from = `compared with ${hostsIn(largest)}`;
    const same = `${head}: the same output as ${hostsIn(largest)}\n`;
    if (block.stdout.equals(largest.stdout)) await out.write(same);
    else
      await out.write(
        differenceText(out, `${head}, ${from}`, differences.between(largest.stdout, block.stdout)),
      );
    if (!block.stderr.equals(largest.stderr))
      await err.write(
        differenceText(err, `${head}, stderr, ${from}`, differences.between(largest.stderr, block.stderr)),
      );
  }
}

/** The first of those with most hosts. */
const largestOf = (blocks: readonly Block[]): Block | undefined =>
  blocks.reduce<Block | undefined>(
    (best, block) => (best && best.hosts.length >= block.hosts.length ? best : block),
    undefined,
  );

const blockText = (outlet: Outlet, head: string, bytes: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`${outlet.styled('bold', head)}\n`),
    outlet.shown(bytes),
    bytes.length > 0 && bytes.at(-1) !== NEWLINE ? Buffer.of(NEWLINE) : NOTHING,
  ]);

const COLOURS = { '+': 'green', '-': 'red', '@': 'cyan' } as const;

/** `lines` are escaped before they are coloured. */
function differenceText(outlet: Outlet, head: string, lines: readonly string[]): string {
  const shown = lines.map((line) => {
    const text = outlet.shown(Buffer.from(line)).toString();
    const colour = COLOURS[line[0] as '+'];
    return colour ? outlet.styled(colour, text) : text;
  });
  return `${[outlet.styled('bold', head), ...shown].join('\n')}\n`;
}
