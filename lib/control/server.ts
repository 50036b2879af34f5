import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { isListenedOn, isWindows, RexecError, reasonOf, wordsOf } from '../base/index.ts';
import { guardPipe } from './pipe.ts';
import { privateFolder } from './private-folder.ts';
import { type ControlReply, type ControlRequest, LONGEST_LINE } from './protocol.ts';

/** Commands that a daemon takes from its administrator. An operation throws an error whose message is for the caller. */
export type Operations = Readonly<Record<string, (argument: unknown) => unknown>>;

/** The socket cannot be had; the message names it and why. */
export class ControlError extends RexecError {}

const PATIENCE_MS = 5000;
const MOST_CALLERS = 16;

/** Takes orders on a unix socket, or a named pipe, that only the daemon's own account can reach (and root, or Administrators). */
export class ControlServer {
  readonly #path: string;
  readonly #operations: Operations;
  readonly #server = createServer((caller) => {
    this.#serve(caller).catch(() => caller.destroy());
  });

  constructor(path: string, operations: Operations) {
    this.#path = path;
    this.#operations = operations;
    this.#server.maxConnections = MOST_CALLERS;
  }

  /** @throws ControlError when the folder is not safe or another daemon answers there */
  async listen(): Promise<void> {
    try {
      if (isWindows) await this.#listenOnPipe();
      else await this.#listenOnSocket();
      this.#server.on('error', () => {}); // without a descriptor for it, a caller is dropped
    } catch (cause) {
      throw new ControlError(`control socket ${this.#path}: ${wordsOf(cause)}`, { cause });
    }
  }

  close(): void {
    this.#server.close();
  }

  async #listenOnSocket(): Promise<void> {
    await privateFolder(dirname(this.#path));
    await mustBeFree(this.#path);
    await rm(this.#path, { force: true });
    this.#server.listen(this.#path);
    await once(this.#server, 'listening');
    await chmod(this.#path, 0o600);
  }

  /** It ends with its process, and a second one of the same name cannot be made (FILE_FLAG_FIRST_PIPE_INSTANCE). */
  async #listenOnPipe(): Promise<void> {
    await mustBeFree(this.#path);
    this.#server.listen(this.#path);
    await once(this.#server, 'listening');
    try {
      await guardPipe(this.#path);
    } catch (error) {
      this.#server.close();
      throw error;
    }
  }

  async #serve(caller: Socket): Promise<void> {
    caller.on('error', () => {}); // it may leave at any time
    const line = await inTime(caller, lineFrom(caller));
    caller.end(`${JSON.stringify(await this.#reply(line))}\n`);
    await inTime(caller, finished(caller)); // it may not read, or not close, and others wait for its place
  }

  async #reply(line: string): Promise<ControlReply> {
    try {
      const { operation, argument } = JSON.parse(line) as ControlRequest;
      if (!Object.hasOwn(this.#operations, operation)) throw new Error(`unknown operation ${operation}`);
      return { result: (await this.#operations[operation]!(argument)) ?? null };
    } catch (error) {
      return { error: reasonOf(error) };
    }
  }
}

/** Waits for `work`, and drops a caller that takes too long. */
async function inTime<T>(caller: Socket, work: Promise<T>): Promise<T> {
  const deadline = setTimeout(() => caller.destroy(), PATIENCE_MS);
  return work.finally(() => clearTimeout(deadline));
}

/** Up to a newline, the end of the stream or the limit; the rest is read and dropped. Rejects if the caller leaves before. */
async function lineFrom(caller: Socket): Promise<string> {
  const complete = Promise.withResolvers<void>();
  let line = '';
  caller.setEncoding('utf8').on('data', (chunk: string) => {
    if (line.length > LONGEST_LINE || line.includes('\n')) return;
    line += chunk;
    if (line.length > LONGEST_LINE || line.includes('\n')) complete.resolve();
  });
  await Promise.race([complete.promise, finished(caller, { writable: false })]);
  return line;
}

async function mustBeFree(path: string): Promise<void> {
  if (await isListenedOn({ path })) throw new Error('another daemon is already listening there');
}
