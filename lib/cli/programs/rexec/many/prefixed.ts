import type { Readable } from 'node:stream';
import { linesOf, type RemoteCommand } from '../../../../client/index.ts';
import { unlessFailed } from '../failures.ts';
import type { Target } from '../hosts/target.ts';
import type { Outlet } from './outlet.ts';
import { failureLine, type Outcome, type Outlets, type Report } from './report.ts';

const NEWLINE = 0x0a;
const LONGEST_LINE = 64 * 1024; // bytes

/** `host: line` as lines come; a longer line than 64 KiB in pieces. */
export class Prefixed implements Report {
  readonly #outlets: Outlets;

  constructor(outlets: Outlets) {
    this.#outlets = outlets;
  }

  async follow({ name }: Target, { stdout, stderr }: RemoteCommand): Promise<void> {
    const { out, err } = this.#outlets;
    await Promise.all([
      copyLines(name, stdout, out).catch(unlessFailed),
      stderr && copyLines(name, stderr, err).catch(unlessFailed),
    ]);
  }

  async ended({ target, error }: Outcome): Promise<void> {
    if (error !== undefined) await this.#outlets.err.write(`${failureLine(target, error)}\n`);
  }

  async finish(): Promise<void> {}
}

async function copyLines(name: string, source: Readable, outlet: Outlet): Promise<void> {
  const prefix = Buffer.from(`${name}: `);
  for await (const lines of linesOf(source, LONGEST_LINE))
    await outlet.write(
      Buffer.concat(
        lines.flatMap((line) => [prefix, line, ...(line.at(-1) === NEWLINE ? [] : [Buffer.of(NEWLINE)])]),
      ),
    );
}
