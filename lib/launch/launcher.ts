import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { ExitStatus } from '../../codec/index.ts';
import type { Grant } from '../login/index.ts';
import type { Environment } from './environment.ts';
import type { ShellCommand } from './shell.ts';

/**
 * How a command gets its stdin, stdout and stderr.
 *
 * - `handOver`: the connection itself is stdin and stdout. It turns blocking for the daemon too, which must not touch
 *   it before the whole group is gone.
 * - `relay`: pipes through the daemon.
 *
 * stderr is a pipe of its own when there is a stderr channel, else it goes where stdout goes, in order.
 */
export type Stdio =
  | { readonly plan: 'handOver'; readonly connection: Socket; readonly stderr: 'pipe' | 'stdout' }
  | { readonly plan: 'relay'; readonly stderr: 'pipe' | 'stdout' };

export interface Launch {
  readonly grant: Grant;
  readonly shell: ShellCommand;
  readonly directory: string;
  readonly environment: Environment;
  readonly stdio: Stdio;
}

/** Everything that a command is made of: whom signals go to. */
export interface Group {
  /**
   * Sends a signal by name or number. False if no process is left to get it, if the number means nothing here, and,
   * before Linux 6.9, once the shell has ended: its number may be another group's.
   */
  signal(signal: NodeJS.Signals | number): boolean;
  /** True once nobody is left in it. */
  readonly gone: boolean;
  /** True when nobody in it runs: those who only wait to be reaped, by an init that takes its time, hold nothing. */
  ended(): Promise<boolean>;
  /** To be called once, when the session has ended: it takes no signal after that. */
  close(): void;
}

/** A command that runs. Streams are null where the plan has none. */
export interface RunningCommand {
  readonly pid: number;
  readonly group: Group;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Resolves once the shell was reaped; processes it left behind may still hold the streams. */
  readonly exit: Promise<ExitStatus>;
}

/** How processes are made: by execa, or by posix_spawn(3), whose cost does not follow the daemon's memory (Linux). */
export type LauncherName = 'execa' | 'posix-spawn';

/** Starts commands in a session and process group of their own. */
export interface Launcher {
  /** @throws LaunchError when no process was made */
  launch(launch: Launch): Promise<RunningCommand>;
}
