import { once } from 'node:events';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RemoteCommand } from '../../../../client/index.ts';
import type { Flags } from '../flags.ts';
import { hasNoInput } from '../options.ts';

const CHUNK = 64 * 1024; // bytes

/** What every command reads. */
export interface Input {
  give(remote: RemoteCommand): void;
}

const NONE: Input = {
  give(remote) {
    remote.stdin.end();
  },
};

/**
 * Standard input for several hosts, from its first byte on for each. Where all of them run at once it is copied as they
 * read it; else it is kept in a file first, for those whose turn comes later. A terminal is nobody's input.
 */
export async function inputFor(hosts: number, flags: Flags): Promise<Input> {
  if (hasNoInput(flags) || process.stdin.isTTY || process.stdin.readableEnded) return NONE;
  return hosts <= flags.maxParallel && !flags.canary ? new Copied(hosts) : await kept();
}

/** Begins when the last host has come; goes as fast as the slowest reads. */
class Copied implements Input {
  readonly #readers = new Set<Writable>();
  #awaited: number;

  constructor(hosts: number) {
    this.#awaited = hosts;
  }

  give({ stdin }: RemoteCommand): void {
    this.#readers.add(stdin);
    stdin.once('close', () => this.#readers.delete(stdin));
    this.#awaited -= 1;
    if (this.#awaited === 0) this.#copy().catch(() => {});
  }

  async #copy(): Promise<void> {
    for await (const chunk of process.stdin)
      await Promise.all([...this.#readers].map((reader) => write(reader, chunk)));
    for (const reader of this.#readers) reader.end();
  }
}

/** Resolves when the reader can take more, or is gone. */
async function write(reader: Writable, chunk: Buffer): Promise<void> {
  if (reader.destroyed || reader.write(chunk)) return;
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([once(reader, 'drain', { signal }), once(reader, 'close', { signal })]).catch(() => {});
  over.abort();
}

/** The file has no name any more when this returns, so it goes with this program. */
async function kept(): Promise<Input> {
  const folder = await mkdtemp(join(tmpdir(), 'rexec-'));
  const file = await open(join(folder, 'stdin'), 'wx+', 0o600);
  await rm(folder, { recursive: true });
  await pipeline(process.stdin, file.createWriteStream({ autoClose: false, start: 0 }));
  return {
    give: (remote) => {
      pipeline(() => chunksOf(file), remote.stdin).catch(() => {});
    },
  };
}

/** Each reader has its place in the file; a stream of the file would close it with a reader that leaves. */
async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer> {
  let position = 0;
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
