import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type ExitStatus, encodeAccepted } from '../../codec/index.ts';
import {
  joinSmallWrites,
  type Launch,
  type Launcher,
  type RunningCommand,
  type Stdio,
  takeBack,
} from '../launch/index.ts';
import type { Channel } from './channel.ts';
import type { Connection } from './connection.ts';
import { SessionError } from './errors.ts';
import { within } from './linger.ts';
import { vanished } from './peer-reader.ts';

export type Plan = Stdio['plan'];

/** How often, and how far apart, the group of a handed-over command is checked once its shell has ended. */
const [LOOKS, LOOK_MS] = [4, 25];

/** What an execution works with. */
export interface Start {
  readonly connection: Connection;
  /** The same where it is a socket that could be handed over. */
  readonly plainSocket: Socket | undefined;
  readonly channel: Channel | undefined;
  readonly launcher: Launcher;
  readonly launch: Omit<Launch, 'stdio'>;
  /** Asked right before the command starts: may the connection be handed over? */
  readonly mayHandOver: () => boolean;
  /** Told right before the connection is handed over: nobody else may read it from now on. */
  readonly onHandOver: () => void;
  /** Told of each signal that went to the command. */
  readonly onSignal: (signal: number) => void;
}

/** One command, from the success byte to its last output. */
export class Execution {
  readonly plan: Plan;
  /** Resolves when the command ended and its output was passed on; rejects when the connection broke before. */
  readonly finished: Promise<ExitStatus>;
  readonly #running: RunningCommand;
  #over = false;
  #terminated = false;

  private constructor(
    plan: Plan,
    running: RunningCommand,
    { connection, plainSocket, channel, onSignal }: Start,
  ) {
    this.plan = plan;
    this.#running = running;
    running.stdin?.on('error', () => {}); // a command may close its stdin whenever it likes
    channel?.onSignal((signal) => {
      if (running.group.signal(signal)) onSignal(signal);
    });
    const output = plan === 'relay' ? this.#relayOutput(connection) : this.#awaitReturn(plainSocket!);
    const stderr = channel && running.stderr ? channel.relay(running.stderr, running.exit) : undefined;
    this.finished = Promise.all([running.exit, output, stderr]).then(([status]) => status);
    const end = () => {
      this.#over = true;
      running.stdin?.destroy(); // a process that still holds its other end gets no more
    };
    this.finished.then(end, end);
  }

  /**
   * Answers the NUL and starts the command. It is answered first where the connection is handed over, for the
   * command may write at once; else last, when the command is known to run.
   *
   * @throws LaunchError when the command cannot be started; SessionError when the peer vanished before that
   */
  static async start(start: Start): Promise<Execution> {
    const { connection, plainSocket, channel, launcher, launch, mayHandOver } = start;
    const stderr = channel?.carriesStderr ? 'pipe' : 'stdout';
    const handOver = plainSocket !== undefined && mayHandOver();
    if (handOver) await accept(connection);
    if (handOver && mayHandOver()) {
      start.onHandOver();
      return new Execution('handOver', await handOverTo(plainSocket, start, stderr), start);
    }
    const running = await launcher.launch({ ...launch, stdio: { plan: 'relay', stderr } });
    const execution = new Execution('relay', running, start);
    if (!handOver) await accept(connection).catch(() => {}); // its output fails as well, and so it finishes
    return execution;
  }

  get pid(): number {
    return this.#running.pid;
  }

  /** Passes stdin on; a promise when the command is slow to take it. A command that wants no more gets no more. */
  feed(chunk: Buffer): undefined | Promise<void> {
    const { stdin } = this.#running;
    if (!stdin) return undefined;
    const taken = Promise.withResolvers<void>();
    return stdin.write(chunk, () => taken.resolve()) ? undefined : taken.promise;
  }

  endStdin(): void {
    this.#running.stdin?.end();
  }

  /** SIGHUP to the whole group, SIGKILL after `killSeconds` to what is left of it. Resolves when the shell is reaped. */
  async terminate(killSeconds: number): Promise<void> {
    const { group, exit, stdout, stderr } = this.#running;
    group.signal('SIGHUP');
    await within(
      killSeconds,
      this.finished.catch(() => exit),
    );
    const survived = !group.gone;
    if (!this.#over || survived) group.signal('SIGKILL');
    await exit;
    // The end of the pipes comes after that of the shell, and what is in them is still the peer's.
    if (survived)
      await within(
        killSeconds,
        this.finished.catch(() => {}),
      );
    this.#terminated = true;
    stdout?.destroy();
    stderr?.destroy();
  }

  /** The session has ended: nothing more is sent to the command. */
  close(): void {
    this.#running.group.close();
  }

  /** stdout to the peer with back-pressure; a connection that broke takes the command's stdout along (SIGPIPE). */
  async #relayOutput(connection: Connection): Promise<void> {
    try {
      await pipeline(this.#running.stdout!, connection, { end: false });
    } catch (error) {
      if (connection.destroyed) throw vanished(connection);
      throw this.#terminated
        ? new SessionError('REXEC_PEER_VANISHED', 'the output was not read', { cause: error })
        : error;
    }
  }

  /** Waits until the command is gone and takes the connection back, or leaves it to the processes still holding it. */
  async #awaitReturn(connection: Socket): Promise<void> {
    const { exit, group } = this.#running;
    await exit;
    // Those who were killed together with the shell end a moment after it. Given up before, the connection would be
    // theirs to close, and reset where they left input unread.
    let ended = await group.ended();
    for (let look = 0; look < LOOKS && !ended; look += 1) {
      await delay(LOOK_MS);
      ended = await group.ended();
    }
    if (!ended || !takeBack(connection)) connection.destroy();
  }
}

/** A start that fails may already have made the connection blocking; the peer is still owed an answer on it. */
async function handOverTo(
  connection: Socket,
  { launcher, launch }: Start,
  stderr: Stdio['stderr'],
): Promise<RunningCommand> {
  joinSmallWrites(connection);
  try {
    return await launcher.launch({ ...launch, stdio: { plan: 'handOver', connection, stderr } });
  } catch (error) {
    if (!takeBack(connection)) connection.destroy();
    throw error;
  }
}

/** The success byte, alone: it must not share a segment with output (protocol.md 1.2). */
async function accept(connection: Connection): Promise<void> {
  if (connection.destroyed) throw vanished(connection);
  await new Promise((resolve) => connection.write(encodeAccepted(), resolve));
  if (connection.destroyed) throw vanished(connection);
}
