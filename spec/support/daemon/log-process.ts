import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LogOptions } from '../../../lib/events/index.ts';
import { within } from '../peer.ts';

const FILE = fileURLToPath(new URL('../programs/log-process.ts', import.meta.url));

/** Bounds a suite and every test in it; here because a log needs no daemon, which takes half a second to load. */
export const BOUNDED = { timeout: 180_000 } as const;

/** What the process says of itself once it has emitted. */
export interface Reply {
  readonly heap: number; // bytes
  /** It has loaded the native room. */
  readonly native: boolean;
}

export interface Emission {
  readonly values?: readonly string[];
  /** A turn of the event loop between two events. */
  readonly turns?: boolean;
}

/** A process of its own with an event log, killed with the test if it still runs. Its standard error is read when asked for. */
export class LogProcess {
  readonly child: ChildProcess & { stderr: Readable };
  readonly #replies: AsyncIterator<string>;
  readonly #closed: Promise<unknown[]>;
  #stderr: string | undefined;

  constructor(t: TestContext, options: LogOptions, before: readonly string[] = []) {
    const [program, ...args] = [...before, process.execPath, '--expose-gc', FILE, JSON.stringify(options)];
    const child = spawn(program!, args, { stdio: 'pipe' });
    this.child = child;
    this.#closed = once(child, 'close');
    this.#replies = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    t.after(() => void child.kill('SIGKILL'));
  }

  /** Emits `loginRefused` so many times for each value; resolves once all are with the log. */
  async emit(count: number, emission: Emission = {}): Promise<Reply> {
    const order = JSON.stringify({ count, ...emission }).replace('\u2028', '\\u2028'); // an end of line for readline
    this.child.stdin!.write(`${order}\n`);
    const { value } = await within(this.#replies.next(), 'the process that logs to answer');
    return JSON.parse(value);
  }

  /** Lines on its standard error so far; the first call begins to read it. */
  get lines(): string[] {
    if (this.#stderr === undefined) {
      this.#stderr = '';
      this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
        this.#stderr += text;
      });
    }
    return linesOf(this.#stderr);
  }

  /** Has it close its log and exit in the same moment; all its lines. `unread`: nobody reads them. */
  async end({ unread = false } = {}): Promise<{ status: unknown; lines: string[] }> {
    this.child.stdin!.end();
    if (unread) {
      const [status] = await within(once(this.child, 'exit'), 'the process that logs to exit');
      return { status, lines: [] };
    }
    void this.lines;
    const [status] = await within(this.#closed, 'the process that logs to end');
    return { status, lines: this.lines };
  }
}

/** Whole lines of a text. */
export const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);

/** The numbers that the refusals among lines were emitted with, in the order of the lines. */
export const numbersIn = (lines: readonly string[]): number[] =>
  lines
    .filter((line) => line.includes('REXECD-300'))
    .map((line) => Number(/session(?:="|":")(\d+)"/.exec(line)?.[1]));

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

/** The events dropped that the lines tell of. */
export const droppedIn = (lines: readonly string[]): number[] =>
  lines.filter((line) => line.includes('REXECD-910')).map((line) => Number(/count=(\d+)/.exec(line)?.[1]));

/** A directory that goes with the test. */
export function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'rexecd-log-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Lines of all files of a directory, by name. */
export const filesIn = (directory: string): Record<string, string[]> =>
  Object.fromEntries(
    readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, linesOf(readFileSync(join(directory, name), 'utf8'))]),
  );
