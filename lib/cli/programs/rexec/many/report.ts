import { ExecError, type ExecResult, type RemoteCommand } from '../../../../client/index.ts';
import { failureReason, failureText } from '../failures.ts';
import type { Target } from '../hosts/target.ts';
import type { Outlet } from './outlet.ts';

/** How it went on one host. */
export interface Outcome {
  readonly target: Target;
  readonly user: string;
  readonly port: number;
  readonly seconds: number;
  /** What rexec would exit with for this host alone. */
  readonly exit: number;
  /** Undefined where there is an error. */
  readonly result?: Pick<ExecResult, 'exitCode' | 'signal'>;
  /** Undefined where the command ended; null where a signal came before the host's turn. */
  readonly error?: unknown;
}

/** How the outputs of several hosts are shown. */
export interface Report {
  /** Reads both outputs to their ends; never rejects for what the host does. */
  follow(target: Target, remote: RemoteCommand): Promise<void>;
  /** The host is done, and its output was followed. */
  ended(outcome: Outcome): Promise<void>;
  finish(): Promise<void>;
}

export interface Outlets {
  readonly out: Outlet;
  readonly err: Outlet;
}

/** How a command ended, or why it did not, in a few words. */
export function statusText({ result, error }: Outcome): string {
  if (result?.signal) return `signal ${result.signal.replace(/^SIG/, '')}`;
  if (result) return result.exitCode === null ? 'ended' : `exit ${result.exitCode}`;
  if (error === null) return 'not started';
  return error instanceof ExecError ? failureReason(error) : failureText(error);
}

export const failureLine = ({ name }: Target, error: unknown): string =>
  `rexec: ${name}: ${error instanceof ExecError ? failureReason(error) : error === null ? 'not started' : failureText(error)}`;
