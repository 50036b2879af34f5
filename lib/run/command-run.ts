import { finished } from 'node:stream/promises';
import { type ExitStatus, encodeAccepted } from '../../codec/index.ts';
import { reasonOf, within } from '../base/index.ts';
import type { Channel, Connection } from '../connection/index.ts';
import { lingeringClose, refusalFor, refuse, SessionError, vanished } from '../connection/index.ts';
import { type CommandEnd, LaunchError, type Launcher, type RunningCommand } from '../launch/index.ts';
import type { Limits } from '../native/index.ts';
import { watchIdle } from './idle.ts';
import type { Job, Run, RunEvents } from './job.ts';
import type { prepare } from './prepare.ts';
import { Relay } from './relay.ts';
import { StderrChannel } from './stderr-channel.ts';

/** How commands of this process are started. */
export interface CommandMaker {
  readonly launcher: Launcher;
  readonly prepare: typeof prepare;
  /** Limits that commands get and this process does not have. */
  readonly limits: Limits;
}

/** A home or a shell can change after it was tried; a home that keeps changing is given up at the last attempt. */
const MOST_ATTEMPTS = 3;

/** The exit status of a failure: as shells report a command they cannot start; else there is none. */
export const statusOfFailure = (error: unknown): ExitStatus | undefined =>
  error instanceof LaunchError ? { type: 'exited', code: 126 } : undefined;

/** A command from its start to the close of its connection (rexecd(8) steps 7 and 8), in the process that is its user. */
export class CommandRun implements Run {
  readonly over: Promise<void>;
  readonly #job: Job;
  readonly #events: RunEvents;
  readonly #connection: Connection;
  readonly #channel: Channel | undefined;
  #running: RunningCommand | undefined;
  #finished: Promise<CommandEnd> | undefined;
  #stdin: Relay | undefined;
  #stdout: Relay | undefined;
  #hungUp = false;

  constructor(job: Job, maker: CommandMaker, events: RunEvents) {
    this.#job = job;
    this.#events = events;
    this.#connection = job.connection;
    this.#channel = job.muxed ?? (job.stderrSocket && new StderrChannel(job.stderrSocket, job.carriesStderr));
    this.over = this.#serve(maker);
  }

  async bytes() {
    return { received: this.#stdin?.bytes ?? 0, sent: this.#stdout?.bytes ?? 0 };
  }

  hangUp(): void {
    if (this.#hungUp) return;
    this.#hungUp = true;
    if (this.#running) this.#owned(this.#terminate(this.#running));
  }

  peerGone(): void {
    this.#connection.destroy();
  }

  async #serve(maker: CommandMaker): Promise<void> {
    let watch: (() => void) | undefined;
    try {
      this.#running = await this.#start(maker);
      watch = watchIdle(
        this.#job.options.idleSeconds,
        () => this.#passed,
        () => {
          this.#events.idle();
          this.hangUp();
        },
      );
      const status = await this.#relay(this.#running);
      this.#events.ended(status);
      await this.#close(status);
    } catch (error) {
      await this.#fail(error);
    } finally {
      watch?.();
      this.#running?.group.close();
      this.#connection.destroy();
      this.#channel?.destroy();
    }
  }

  async #start({ launcher, prepare, limits }: CommandMaker): Promise<RunningCommand> {
    let failure: string | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const { homeProblem, ...launch } = await prepare(
        this.#job,
        attempt === MOST_ATTEMPTS ? failure : undefined,
      );
      if (this.#hungUp)
        throw new SessionError('REXEC_STOPPING', 'the session was ended before its command started');
      const stderr = this.#channel?.carriesStderr ? 'pipe' : 'stdout';
      try {
        const running = await launcher.launch({ ...launch, limits, stderr });
        this.#events.started({ pid: running.pid, directory: launch.directory, homeProblem });
        return running;
      } catch (error) {
        if (attempt === MOST_ATTEMPTS) throw error;
        failure = reasonOf(error);
      }
    }
  }

  /** Resolves when the command has ended and all of its output was passed on; rejects when the connection broke. */
  async #relay(running: RunningCommand): Promise<CommandEnd> {
    const { stdin, stdout, stderr, exit, group } = running;
    stdin.on('error', () => {}); // a command may close its stdin whenever it likes
    this.#channel?.onSignal((signal) => {
      if (group.signal(signal)) this.#events.signaled(signal);
    });
    const errors = stderr && this.#channel?.relay(stderr, exit);
    const connection = this.#connection;
    this.#stdout = new Relay(stdout, connection);
    const output = finished(stdout, { writable: false });
    const ended = Promise.all([exit, output, errors]).then(([status]) => status);
    const broken = Promise.withResolvers<never>();
    const leave = () => broken.reject(vanished(connection));
    connection.once('close', leave);
    this.#finished = Promise.race([ended, broken.promise]);
    this.#finished.catch(() => {}); // awaited below
    if (this.#hungUp) this.#owned(this.#terminate(running));
    await accept(connection);
    this.#feed(running);
    this.#stdout.start();
    try {
      return await this.#finished;
    } finally {
      connection.off('close', leave);
      stdin.destroy(); // a process that still holds the other end gets no more
      for (const stream of [stdout, stderr]) stream?.destroy();
    }
  }

  #feed({ stdin }: RunningCommand): void {
    const connection = this.#connection;
    this.#stdin = new Relay(connection, stdin);
    if (connection.readableEnded) stdin.end();
    else connection.once('end', () => stdin.end());
    stdin.once('close', () => connection.resume()); // so that the peer's end is seen
    this.#stdin.start(this.#job.early);
  }

  /** Bytes that have passed, either way, on both connections. */
  get #passed(): number {
    return (this.#stdin?.bytes ?? 0) + (this.#stdout?.bytes ?? 0) + (this.#channel?.bytes ?? 0);
  }

  async #close(status: ExitStatus): Promise<void> {
    const { drainSeconds } = this.#job.options;
    await Promise.all([
      lingeringClose(this.#connection, drainSeconds),
      this.#channel?.finish(status, drainSeconds),
    ]);
  }

  /** One way out of every failure. A command whose peer has left gets SIGHUP, as from a terminal that hung up. */
  async #fail(error: unknown): Promise<void> {
    const { drainSeconds, killSeconds } = this.#job.options;
    this.#events.failed(error);
    const running = this.#running;
    running?.group.signal('SIGHUP');
    for (const stream of [running?.stdin, running?.stdout, running?.stderr]) stream?.destroy();
    const channel = this.#channel?.finish(statusOfFailure(error), drainSeconds);
    await Promise.all([
      refuse(this.#connection, running ? null : refusalFor(error), drainSeconds),
      channel && within(drainSeconds, channel),
    ]);
    if (running) await within(killSeconds, running.exit);
  }

  /** SIGHUP to the group, SIGKILL after `killSeconds` to what is left of it; then it is given up. The connection follows. */
  async #terminate({ pid, group, exit, stdout, stderr }: RunningCommand): Promise<void> {
    const { killSeconds, drainSeconds } = this.#job.options;
    const done = Promise.allSettled([this.#finished, exit]);
    group.signal('SIGHUP');
    await within(killSeconds, done);
    if (!group.gone) {
      group.signal('SIGKILL');
      await within(killSeconds, done);
    }
    const ended = await within(
      0,
      exit.then(() => true),
      () => false,
    );
    if (!ended) this.#events.stuck(pid);
    for (const stream of [stdout, stderr]) stream?.destroy();
    if (ended) await within(drainSeconds, this.over); // the peer has that time to read
    this.#connection.destroy();
  }

  #owned(work: Promise<void>): void {
    work.catch((error) => this.#events.failed(error));
  }
}

/** The success byte, alone: it must not share a segment with output (protocol.md 1.2). */
async function accept(connection: Connection): Promise<void> {
  if (connection.destroyed) throw vanished(connection);
  await new Promise((resolve) => connection.write(encodeAccepted(), resolve));
  if (connection.destroyed) throw vanished(connection);
}
