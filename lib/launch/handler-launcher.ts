import { PassThrough, type Readable, Writable } from 'node:stream';
import { format } from 'node:util';
import type { ExitStatus } from '../../codec/index.ts';
import { signalName } from '../base/index.ts';
import type { Group, Launch, Launcher, RunningCommand } from './launcher.ts';

/** A command of a peer, for a function in this process instead of a shell. */
export interface Invocation {
  readonly user: string;
  /** The command line, as the peer sent it. */
  readonly command: string;
  /** Address of the peer. */
  readonly address: string;
  /** Ends with the peer's half-close. */
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Goes with stdout where the peer has no stderr channel. */
  readonly stderr: Writable;
  /** Aborted when the peer sends a signal that ends programs, leaves, or is hung up; the reason is the signal's name. */
  readonly signal: AbortSignal;
  /** When it is set, it is called with each signal of the peer's by name, and those but SIGKILL abort nothing. */
  onSignal?: (name: string) => void;
}

/**
 * Runs a command; its exit code, 0 to 255, or nothing for 0. An error it throws is exit code 1 with a line on stderr;
 * one that it throws because `signal` was aborted is the signal's.
 */
export type Handler = (invocation: Invocation) => number | undefined | Promise<number | undefined>;

/** What ends a program that does nothing about it, of the signals that peers send. */
const ENDING = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGKILL', 'SIGTERM'];

/** Launches nothing: `handler` is what runs. Its command line is the only argument of the shell. */
export const handlerLauncher = (handler: Handler): Launcher => ({
  launch: async (launch) => begin(handler, launch),
});

function begin(handler: Handler, { identity, shell, environment, stderr: plan }: Launch): RunningCommand {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const apart = plan === 'pipe' ? new PassThrough() : undefined;
  const stderr =
    apart ?? new Writable({ write: (chunk, encoding, done) => stdout.write(chunk, encoding, done) });
  for (const stream of [stdin, stdout, stderr]) stream.on('error', () => {}); // a peer may leave at any time
  const abort = new AbortController();
  const invocation: Invocation = {
    user: identity.user,
    command: String(shell.arguments[0] ?? ''),
    address: environment.RHOST ?? '',
    stdin,
    stdout,
    stderr,
    signal: abort.signal,
  };
  const killed = Promise.withResolvers<ExitStatus>();
  const exit = Promise.race([statusOf(handler, invocation), killed.promise]);
  const group = new HandlerGroup(invocation, abort, () => killed.resolve(signaled('SIGKILL')));
  const ended = exit.finally(() => {
    group.gone = true;
    for (const stream of [stdout, stderr]) stream.end();
  });
  return { pid: process.pid, group, stdin, stdout, stderr: apart ?? null, exit: ended };
}

async function statusOf(handler: Handler, invocation: Invocation): Promise<ExitStatus> {
  const { signal, stderr } = invocation;
  try {
    const code = (await handler(invocation)) ?? 0;
    if (Number.isInteger(code) && code >= 0 && code <= 255) return { type: 'exited', code };
    throw new RangeError(`an exit code is a whole number from 0 to 255, not ${code}`);
  } catch (error) {
    if (signal.aborted) return signaled(signal.reason);
    stderr.write(`${error instanceof Error ? error.message : format('%s', error)}\n`);
    return { type: 'exited', code: 1 };
  }
}

const signaled = (signal: string): ExitStatus => ({ type: 'signaled', signal });

/** What a signal does to a handler. */
class HandlerGroup implements Group {
  gone = false;
  readonly #invocation: Invocation;
  readonly #abort: AbortController;
  readonly #kill: () => void;

  constructor(invocation: Invocation, abort: AbortController, kill: () => void) {
    this.#invocation = invocation;
    this.#abort = abort;
    this.#kill = kill;
  }

  close(): void {
    this.gone = true;
  }

  signal(signal: NodeJS.Signals | number): boolean {
    const name = typeof signal === 'string' ? signal : signalName(signal);
    if (this.gone || name === undefined) return false;
    if (name !== 'SIGKILL' && this.#invocation.onSignal) this.#invocation.onSignal(name);
    else if (ENDING.includes(name)) this.#abort.abort(name);
    if (name === 'SIGKILL') this.#kill();
    return true;
  }
}
