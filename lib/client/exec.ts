import { PassThrough } from 'node:stream';
import { signalNumber } from '../base/index.ts';
import { linesOf, lineText } from './answer/lines.ts';
import { Output } from './answer/output.ts';
import { faultOf } from './check.ts';
import { Conversation } from './conversation.ts';
import { ExecError } from './errors.ts';
import type { CaptureLimit, ExecOptions, ExecResult, RemoteCommand } from './options.ts';

type Text = string | undefined;
type Result = Promise<ExecResult>;

/** Runs `command` on `host` by the rexec protocol. All of it crosses the network in clear text without `tls`. */
export function exec(
  host: string,
  command: string,
  options: ExecOptions & { readonly capture: true | CaptureLimit },
): RemoteCommand<string>;
export function exec(
  host: string,
  command: string,
  options: ExecOptions & { readonly capture?: false },
): RemoteCommand<undefined>;
export function exec(host: string, command: string, options: ExecOptions): RemoteCommand;
export function exec(host: string, command: string, options: ExecOptions): RemoteCommand {
  return new Remote(host, command, options);
}

class Remote implements RemoteCommand {
  readonly stdin = new PassThrough();
  readonly result: Result;
  // biome-ignore lint/suspicious/noThenProperty: it is meant to be awaited
  readonly then: Result['then'] = (fulfilled, rejected) => this.#awaited().then(fulfilled, rejected);
  readonly catch: Result['catch'] = (rejected) => this.#awaited().catch(rejected);
  readonly finally: Result['finally'] = (ended) => this.#awaited().finally(ended);
  readonly #stdout: Output;
  readonly #stderr: Output | null;
  readonly #conversation: Conversation;

  constructor(host: string, command: string, options: ExecOptions) {
    const fault = faultOf(host, command, options);
    const checked: Partial<ExecOptions> = fault === undefined ? options : {};
    const { capture = false, stderrChannel = true, signal } = checked;
    this.#stdout = new Output(capture);
    this.#stderr = stderrChannel ? new Output(capture) : null;
    this.stdin.on('error', () => {});
    const stdio = { stdin: this.stdin, stdout: this.#stdout, stderr: this.#stderr };
    this.#conversation = new Conversation(String(host), checked, stdio);
    const abort = () => this.#conversation.abort('aborted', signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    this.result = this.#finish(command, fault).finally(() => signal?.removeEventListener('abort', abort));
    this.result.catch(() => {}); // those who await the streams alone get the error there
  }

  get stdout(): PassThrough {
    return this.#stdout.stream;
  }

  get stderr(): PassThrough | null {
    return this.#stderr?.stream ?? null;
  }

  get silentSeconds(): number {
    return this.#conversation.silentSeconds;
  }

  kill(signal: NodeJS.Signals | number): boolean {
    const number = typeof signal === 'number' ? signal : (signalNumber(signal) ?? -1);
    return Number.isInteger(number) && number >= 0 && number <= 255 && this.#conversation.sendSignal(number);
  }

  async *lines(): AsyncGenerator<string, void, undefined> {
    this.#stderr?.dropUnread();
    let over = false;
    try {
      for await (const lines of linesOf(this.stdout)) for (const line of lines) yield lineText(line);
      over = true;
    } finally {
      if (!over) this.#conversation.abort('the caller stopped reading the output');
    }
    await this.result;
  }

  [Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    return this.lines();
  }

  #awaited(): Promise<ExecResult> {
    this.#stdout.dropUnread();
    this.#stderr?.dropUnread();
    return this.result;
  }

  async #finish(command: string, fault: string | undefined): Promise<ExecResult> {
    try {
      const ending = await this.#conversation.run(command, fault);
      return { ...ending, ...this.#texts, timedOut: false, isCanceled: false };
    } catch (error) {
      throw error instanceof ExecError ? Object.assign(error, this.#texts) : error;
    }
  }

  get #texts(): { stdout: Text; stderr: Text } {
    const stdout = this.#stdout.text;
    return { stdout, stderr: this.#stderr ? this.#stderr.text : stdout === undefined ? undefined : '' };
  }
}
