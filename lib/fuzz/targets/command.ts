import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { isListenedOn, reasonOf } from '../../base/index.ts';
import { FuzzError } from '../errors.ts';
import type { Target } from './target.ts';

export interface CommandOptions {
  /** What it is called in reports; its words otherwise. */
  readonly name?: string;
  /** How its output tells the port, the first group being the number; it is waited for. */
  readonly portPattern?: RegExp;
  /** The port it listens on, where it does not tell; it is tried until it answers. */
  readonly port?: number;
  /** Environment on top of this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** Time it has to listen. */
  readonly startMs?: number;
}

const PORT = /\bport (\d{1,5})\b/i;
const HOST = '127.0.0.1';
const MOST_SAID = 64 * 1024;

/**
 * A server that the harness starts: a program that listens on loopback until it is killed. Started again after it has
 * crashed.
 *
 * @throws FuzzError `FUZZ_TARGET_FAILED` when it ends, or does not listen in time; `message` has what it said
 */
export async function commandTarget(words: readonly string[], options: CommandOptions = {}): Promise<Target> {
  const server = new StartedServer(words, options);
  await server.start();
  return server;
}

class StartedServer implements Target {
  readonly name: string;
  readonly host = HOST;
  port = 0;
  readonly #words: readonly string[];
  readonly #options: CommandOptions;
  #child: ChildProcess | undefined;

  constructor(words: readonly string[], options: CommandOptions) {
    this.name = options.name ?? words.join(' ');
    this.#words = words;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get alive(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  restart = (): Promise<void> => this.start();

  async start(): Promise<void> {
    await this.close();
    const [file = '', ...rest] = this.#words;
    const { env, port, portPattern = PORT, startMs = 10_000 } = this.#options;
    const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.#child = child;
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('latin1').on('data', (text: string) => {
        if (said.length < MOST_SAID) said += text; // and what comes after is read and dropped
      });
    const failed = once(child, 'error').then(([error]) => reasonOf(error));
    const ended = once(child, 'exit').then(([code, signal]) => `exited with ${signal ?? code}`);
    const why = Promise.race([failed, ended]).catch(reasonOf);
    const tell = () => (port === undefined ? portPattern.exec(said)?.[1] : String(port));
    this.port = await this.#listening(tell, why, startMs, () => said);
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (!child || !this.alive || child.pid === undefined) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const impatience = setTimeout(() => child.kill('SIGKILL'), 2000);
    await gone;
    clearTimeout(impatience);
  }

  async #listening(
    tell: () => string | undefined,
    why: Promise<string>,
    startMs: number,
    said: () => string,
  ): Promise<number> {
    let failure: string | undefined;
    const failed = (reason: unknown) => {
      failure = String(reason);
    };
    why.then(failed, failed);
    for (const end = performance.now() + startMs; performance.now() < end; ) {
      if (failure !== undefined) break;
      const port = Number(tell() ?? 0);
      if (port > 0 && (await isListenedOn({ host: HOST, port }))) return port;
      await delay(20);
    }
    await this.close();
    const reason = failure ?? `not listening after ${startMs / 1000} s`;
    throw new FuzzError(
      'FUZZ_TARGET_FAILED',
      `${this.name}: ${reason}${said() && `; its output: ${said().trim()}`}`,
    );
  }
}
