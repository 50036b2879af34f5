import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { defaultPort, type ExitStatus, encodeLogin, STATUS_ACCEPTED } from '../../codec/index.ts';
import { reasonOf, Secret } from '../base/index.ts';
import type { Mux } from '../mux/index.ts';
import { answeredOn } from './answer/answer.ts';
import type { Lookahead } from './answer/lookahead.ts';
import { type Output, OutputError } from './answer/output.ts';
import { answerWithin, type Bound, readReply, readStderr } from './answer/reply.ts';
import { Connections } from './connection/connections.ts';
import { Place } from './connection/place.ts';
import { Silence } from './connection/silence.ts';
import { type ExecError, isReset } from './errors.ts';
import type { ExecOptions, ExecResult } from './options.ts';

/** What the command reads and writes; stderr is null without a stderr channel. */
export interface Stdio {
  readonly stdin: PassThrough;
  readonly stdout: Output;
  readonly stderr: Output | null;
}

type Ending = Pick<ExecResult, 'exitCode' | 'signal'>;

const END_SECONDS = 30;
const STDERR_OPEN = 'standard output has ended, standard error has not';
const STDERR_RESET = 'the daemon reset the stderr channel, so the end of standard error may be missing';
const STDOUT_OPEN = 'the command has ended, its standard output has not';
const SENT_AT_ONCE = 1024; // bytes; what follows may wait for us at the other end, and is dropped by a reset
/** Longer than the two connections of a session take to end together. */
const TOGETHER_SECONDS = 2;

/** One request to a daemon, from the call to the command's end. It closes what it opened. */
export class Conversation {
  readonly #options: Partial<ExecOptions>;
  readonly #stdio: Stdio;
  readonly #place: Place;
  readonly #connections: Connections;
  readonly #inTime: Bound;
  readonly #aborted = Promise.withResolvers<never>();
  readonly #silence = new Silence();
  readonly #over = new AbortController();
  /** The command has ended, or one of its connections has: the rest must follow. */
  readonly #endKnown = Promise.withResolvers<'stdout' | 'status'>();
  #ending: Ending = { exitCode: null, signal: null };
  #channelLost: unknown;
  #stderrReset = false;

  constructor(host: string, options: Partial<ExecOptions>, stdio: Stdio) {
    this.#options = options;
    this.#stdio = stdio;
    this.#place = new Place(host, options.port ?? defaultPort(!!options.tls), options.onPhase);
    this.#connections = new Connections(this.#place, options);
    this.#inTime = answerWithin(this.#place, options.answerSeconds);
    this.#aborted.promise.catch(() => {});
  }

  /**
   * Resolves after the last byte of output; rejects with an ExecError, at once for a `fault` of the caller's options. The
   * password is copied when it returns.
   */
  async run(command: string, fault?: string): Promise<Ending> {
    const { user = '', password = '', timeoutSeconds = 0 } = this.#options;
    let login: Secret | undefined;
    try {
      if (fault !== undefined) throw this.#place.error('REXEC_REQUEST_INVALID', fault);
      login = new Secret(encodeLogin({ user, password, command }));
      const ended = Promise.race([this.#aborted.promise, this.#talk(login)]);
      const late = `timed out after ${timeoutSeconds} s`;
      const ending = await this.#place.within(timeoutSeconds, ended, 'REXEC_TIMED_OUT', late);
      this.#close();
      return ending;
    } catch (error) {
      const told = this.#place.told(error);
      this.#close(told);
      throw told;
    } finally {
      login?.wipe();
    }
  }

  /** Ends it with REXEC_ABORTED. */
  abort(message: string, cause?: unknown): void {
    const error = this.#place.error('REXEC_ABORTED', message, cause);
    this.#aborted.reject(error);
    this.#close(error);
  }

  sendSignal(number: number): boolean {
    return this.#connections.sendSignal(number);
  }

  get silentSeconds(): number {
    return this.#silence.seconds;
  }

  async #talk(login: Secret): Promise<Ending> {
    const { user, strict = false } = this.#options;
    const { main, channel, mux } = await this.#connections.open();
    this.#place.enter('login', `as ${user}`);
    main.socket.write(login.bytes, () => login.wipe());
    const answered = await this.#inTime(answeredOn(main, channel));
    this.#silence.heard();
    const read = mux
      ? Promise.all([this.#readMain(main), this.#readMuxed(mux)])
      : answered === 'main'
        ? Promise.all([this.#readMain(main), channel && this.#readStderr(channel, 0)])
        : this.#readAnsweredOnStderr(main, channel!);
    await Promise.race([read, this.#endNotComing()]);
    const { exitCode, signal } = this.#ending;
    if (exitCode !== null || signal !== null) return this.#ending;
    if (this.#channelLost) {
      const lost = `the stderr channel was lost: ${reasonOf(this.#channelLost)}`;
      throw this.#place.error('REXEC_STATUS_UNKNOWN', lost, this.#channelLost);
    }
    if (mux) throw this.#place.error('REXEC_STATUS_UNKNOWN', 'the daemon lost the command');
    if (this.#stderrReset) this.#place.enter('stderrReset', STDERR_RESET);
    if (strict)
      throw this.#place.error('REXEC_STATUS_UNKNOWN', 'the daemon did not report how the command ended');
    return this.#ending;
  }

  /**
   * Rejects if one connection has told the end and the other says nothing for `endSeconds`. Meanwhile the system asks
   * whether anything is left at the other end: a firewall that forgot a connection, or a host that is gone, costs less.
   */
  async #endNotComing(): Promise<never> {
    const { endSeconds = END_SECONDS } = this.#options;
    const known = await this.#endKnown.promise;
    this.#connections.probe();
    await this.#silence.lasting(TOGETHER_SECONDS, this.#over.signal);
    this.#place.enter('end', known === 'stdout' ? STDERR_OPEN : STDOUT_OPEN);
    if (endSeconds === 0) return this.#aborted.promise;
    await this.#silence.lasting(Math.max(endSeconds - TOGETHER_SECONDS, 0), this.#over.signal);
    throw known === 'stdout'
      ? this.#place.error(
          'REXEC_STATUS_UNKNOWN',
          `standard output has ended, and the stderr channel was silent for ${endSeconds} s`,
        )
      : this.#place.error(
          'REXEC_LOST',
          `the command has ended, and its standard output was silent for ${endSeconds} s`,
        );
  }

  async #readMain(main: Lookahead): Promise<void> {
    for await (const frame of readReply(main, this.#place, this.#inTime)) {
      if (frame.type === 'accepted') this.#accepted(main);
      else await this.#silence.while(this.#stdio.stdout.write(frame.chunk));
    }
    this.#stdoutEnded();
  }

  /** The main connection brings stdout and nothing else. */
  async #readAnsweredOnStderr(main: Lookahead, channel: Lookahead): Promise<void> {
    const accepts = Buffer.isBuffer(channel.seen) && channel.seen[0] === STATUS_ACCEPTED;
    if (!accepts) for await (const _ of readReply(channel, this.#place, this.#inTime)); // a refusal: it throws
    this.#accepted(main);
    await Promise.all([this.#readStdout(main), this.#readStderr(channel, 1)]);
  }

  async #readStdout(main: Lookahead): Promise<void> {
    for await (const chunk of main.feed<Buffer>(new PassThrough()))
      await this.#silence.while(this.#stdio.stdout.write(chunk));
    this.#stdoutEnded();
  }

  #stdoutEnded(): void {
    this.#stdio.stdout.end();
    this.#endKnown.resolve('stdout');
  }

  /** stderr, if it was asked for, and how the command ended. */
  async #readMuxed(mux: Mux): Promise<void> {
    for await (const chunk of mux.stderr) await this.#silence.while(this.#stdio.stderr!.write(chunk));
    const status = await mux.status;
    if (status) this.#endedWith(status);
    this.#stdio.stderr?.end();
  }

  /** A channel that its peer breaks costs the rest of stderr and the exit status, not the command. */
  async #readStderr(channel: Lookahead, skip: number): Promise<void> {
    const stderr = this.#stdio.stderr!;
    let pieces = 0;
    try {
      for await (const frame of readStderr(channel, skip)) {
        if (frame.type === 'stderr') await this.#silence.while(stderr.write(frame.chunk));
        else this.#endedWith(frame);
        if (frame.type === 'stderr') pieces += Math.ceil(frame.chunk.length / SENT_AT_ONCE);
      }
    } catch (error) {
      if (error instanceof OutputError && error.code === 'REXEC_OUTPUT_TOO_LONG') throw error;
      if (!(error instanceof OutputError) && !isReset(error)) this.#channelLost = error;
      this.#stderrReset = isReset(error) && pieces > 1;
    }
    stderr.end();
  }

  #endedWith(status: ExitStatus): void {
    this.#ending =
      status.type === 'exited'
        ? { exitCode: status.code, signal: null }
        : { exitCode: null, signal: status.signal };
    this.#endKnown.resolve('status');
  }

  #accepted(main: Lookahead): void {
    this.#place.enter('run', '');
    pipeline(this.#stdio.stdin, main.socket, { end: this.#options.halfClose ?? true }).catch(() => {});
  }

  /** The error is that of the streams as well. */
  #close(error?: ExecError): void {
    this.#over.abort();
    this.#connections.close();
    this.#stdio.stdin.destroy(error);
    this.#stdio.stdout.end(error);
    this.#stdio.stderr?.end(error);
  }
}
