import { unreadSocket } from '../../base/index.ts';
import { openSocketPair } from '../../native/index.ts';
import type { ReaderProcess } from '../../readers/index.ts';
import type { Spoken } from './messages.ts';

/** The reports that end it. */
const ENDS = ['unwrapped', 'failed'] as const;

/** What a source comes to, in a word. */
const shown = (source: unknown): string => {
  const { address, port } = (source ?? {}) as { address?: string; port?: number };
  return `${address} ${port}`;
};

/** Connections of a proxy, one at a time, whose headers a reader reads. */
export class Unwrapping {
  /** What became of each: its source, `failed` or `lost`. */
  readonly outcomes: string[] = [];
  #count = 0;
  #open = false;

  /** Of the last one. */
  get id(): string {
    return this.#count.toString(16);
  }

  async begin(reader: ReaderProcess): Promise<void> {
    if (this.#open || !reader.usable) return;
    this.#open = true;
    this.#count += 1;
    const [near, far] = openSocketPair().map((fd) => unreadSocket({ fd, allowHalfOpen: true }));
    const order = { say: 'unwrap', id: this.id, seconds: 60 } as const;
    const report = await reader.run(order, near!, order.seconds);
    const isHeader = report?.say === 'unwrapped';
    this.outcomes.push(isHeader ? shown(report.source) : (report?.say ?? 'lost'));
    this.#open = false;
    for (const socket of [near!, far!]) socket.destroy();
  }
}

/** What should become of them. */
export class UnwrappingModel {
  readonly outcomes: string[] = [];
  /** One waits for its header. */
  open = false;
  #count = 0;

  get id(): string {
    return this.#count.toString(16);
  }

  begin(): void {
    if (this.open) return;
    this.open = true;
    this.#count += 1;
  }

  /** @returns whether the report ends one */
  hear({ said: { id, say, source }, secret }: Spoken): boolean {
    if (!this.open || id !== this.id || secret > 0 || !ENDS.some((end) => end === say)) return false;
    this.#end(say === 'failed' ? 'failed' : shown(source));
    return true;
  }

  /** The reader has ended. */
  lost(): void {
    if (this.open) this.#end('lost');
  }

  #end(outcome: string): void {
    this.outcomes.push(outcome);
    this.open = false;
  }
}
