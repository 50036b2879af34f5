import { ExecError, type ExecResult, type RemoteCommand } from '../../../../../client/index.ts';
import { failureReason, failureText, PHASE_NAME } from '../../failures.ts';
import type { Target } from '../../hosts/target.ts';
import type { Outlet } from './outlet.ts';

/** How it went on one host. */
export interface Outcome {
  readonly target: Target;
  readonly user: string;
  readonly port: number;
  readonly seconds: number;
  /** What rexec would exit with for this host alone. */
  readonly exit: number;
  /** Of a command that ended. */
  readonly result?: Pick<ExecResult, 'exitCode' | 'signal'>;
  /** Why there is no result. */
  readonly error?: unknown;
  /** Why the host was not called. */
  readonly notStarted?: string;
}

/** How the outputs of several hosts are shown. */
export interface Report {
  /** What this program must exit with at least, because an output could not be written. */
  readonly exit?: number;
  /** Reads both outputs to their ends; never rejects. */
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
export function statusText({ result, error, notStarted }: Outcome): string {
  if (notStarted !== undefined) return `not started (${notStarted})`;
  if (result?.signal) return `signal ${result.signal.replace(/^SIG/, '')}`;
  if (result) return result.exitCode === null ? 'ended' : `exit ${result.exitCode}`;
  return error instanceof ExecError ? failureReason(error) : failureText(error);
}

/** The same without what only this host has, so that hosts with the same cause have the same text. */
export function causeText(outcome: Outcome): string {
  const { error } = outcome;
  if (!(error instanceof ExecError)) return statusText(outcome);
  const message = error.message.replaceAll(/ \(\S+ port \d+\)/g, '').replaceAll(` (${error.host})`, '');
  const parts = new Set(message.split('; '));
  const common = new ExecError(error.code, [...parts].join('; '), error);
  return failureReason(common).replace(/\.$/, '') || PHASE_NAME[error.phase];
}
