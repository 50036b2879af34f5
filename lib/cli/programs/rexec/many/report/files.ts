import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { counted, makeFolder, reasonOf } from '../../../../../base/index.ts';
import type { RemoteCommand } from '../../../../../client/index.ts';
import { unlessFailed } from '../../failures.ts';
import { type Target, targetText } from '../../hosts/target.ts';
import { type Outcome, type Outlets, type Report, statusText } from './report.ts';

const CANNOT_WRITE = 74; // after sysexits(3)

/** HOST.out, HOST.err and HOST.status of each host in a folder; each output is cut at a limit. */
export class Files implements Report {
  readonly #outlets: Outlets;
  readonly #folder: string;
  readonly #limit: number;
  readonly #problems = new Map<Target, string>();
  exit = 0;

  /** @throws the system's error if the folder cannot be made */
  static async in(folder: string, outlets: Outlets, limit: number): Promise<Files> {
    makeFolder(folder);
    return new Files(folder, outlets, limit);
  }

  private constructor(folder: string, outlets: Outlets, limit: number) {
    this.#folder = folder;
    this.#outlets = outlets;
    this.#limit = limit;
  }

  async follow(target: Target, { stdout, stderr }: RemoteCommand): Promise<void> {
    await Promise.all([this.#keep(target, 'out', stdout), stderr && this.#keep(target, 'err', stderr)]);
  }

  async ended(outcome: Outcome): Promise<void> {
    const { target } = outcome;
    await writeFile(this.#path(target, 'status'), `${statusText(outcome)}\n`).catch((error: unknown) =>
      this.#failed(target, error),
    );
    const problem = this.#problems.get(target);
    this.#problems.delete(target);
    const { err } = this.#outlets;
    if (problem !== undefined) await err.write(err.styled('red', `rexec: ${target.name}: ${problem}\n`));
  }

  async finish(): Promise<void> {}

  /** Reads to the end even if it cannot be written: a host must not wait. */
  async #keep(target: Target, kind: 'out' | 'err', source: Readable): Promise<void> {
    let room = this.#limit;
    let dropped = 0;
    const failed = (error: unknown): void => {
      this.#failed(target, error);
      room = 0;
    };
    const file = await open(this.#path(target, kind), 'w').catch(failed);
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        const kept = chunk.subarray(0, room);
        room -= kept.length;
        dropped += chunk.length - kept.length;
        if (file && kept.length > 0) await file.writeFile(kept).catch(failed);
      }
    } catch (error) {
      unlessFailed(error);
    }
    await file?.close().catch(failed);
    if (dropped > 0 && !this.#problems.has(target))
      this.#problems.set(target, `${counted(dropped, 'byte')} of std${kind} dropped (--output-limit)`);
  }

  #failed(target: Target, error: unknown): void {
    this.exit = CANNOT_WRITE;
    if (!this.#problems.has(target)) this.#problems.set(target, reasonOf(error));
  }

  #path(target: Target, kind: string): string {
    const name = targetText(target).replaceAll('%', '%25').replaceAll('/', '%2F');
    return join(this.#folder, `${name}.${kind}`);
  }
}
