import type { Readable, Writable } from 'node:stream';
import type { ExitStatus } from '../../codec/index.ts';
import type { Identity } from '../login/index.ts';
import type { Limits } from '../native/index.ts';
import type { Environment } from './environment.ts';
import type { ShellCommand } from './shell.ts';

/** A command to start. It gets pipes, and nothing else of this process. */
export interface Launch {
  readonly identity: Identity;
  /** On Windows: handle of the token that it is started with; without it, as the account of this process. */
  readonly token?: number | undefined;
  readonly shell: ShellCommand;
  readonly directory: string;
  readonly environment: Environment;
  /** Limits that the command gets and this process does not have. */
  readonly limits: Limits;
  /** stderr is a pipe of its own if the peer has a stderr channel; else it is stdout's, so that their order is kept. */
  readonly stderr: 'pipe' | 'stdout';
}

/** Everything that a command is made of: where signals go. */
export interface Group {
  /**
   * Sends a signal by name or number. False if no process is left to get it, if the number means nothing here, and,
   * before Linux 6.9, once the shell has ended: its number may be another group's.
   */
  signal(signal: NodeJS.Signals | number): boolean;
  /** True once the leader was reaped and no process is left in it. */
  readonly gone: boolean;
  /** To be called once, when the session has ended: it takes no signal after that. */
  close(): void;
}

/** How a command ended; with the code that the system had for it if that is more than an exit status can carry. */
export type CommandEnd = ExitStatus & { readonly fullCode?: number };

/** A command that is running. stderr is null if it goes to stdout. */
export interface RunningCommand {
  readonly pid: number;
  readonly group: Group;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable | null;
  /** Resolves once the shell was reaped; processes it left behind may still hold the streams. */
  readonly exit: Promise<CommandEnd>;
}

/** How processes are made: by execa, or by posix_spawn(3), whose cost does not follow this process' memory (Linux). */
export type LauncherName = 'execa' | 'posix-spawn';

/** Starts commands in a session and process group of their own. */
export interface Launcher {
  /** @throws LaunchError when no process was made */
  launch(launch: Launch): Promise<RunningCommand>;
}
