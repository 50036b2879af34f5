import { signalNumber } from '../../../../base/index.ts';
import { ExecError, type ExecPhase, exec, type RemoteCommand } from '../../../../client/index.ts';
import { SIGNALED } from '../../common/exit-codes.ts';
import { exitCodeOf, exitCodeOfFailure } from '../failures.ts';
import type { Flags } from '../flags.ts';
import type { Target } from '../hosts/target.ts';
import type { Login } from '../logins.ts';
import { execOptions } from '../options.ts';
import { Phases } from '../phases.ts';
import { ENDING } from '../signals.ts';
import { portOf } from '../tls.ts';
import type { Input } from './input.ts';
import type { Outcome, Report } from './report/report.ts';
import type { Tally } from './tally.ts';

/** A command that is running. */
export interface Running {
  readonly target: Target;
  readonly start: number;
  readonly remote: RemoteCommand;
  readonly abort: AbortController;
  readonly phase: ExecPhase;
}

/** Why no further host is called, and what rexec exits with for those. */
export interface Stop {
  readonly why: string;
  readonly exit: number;
}

/** Where a signal went. */
export interface Signaled {
  readonly sent: readonly Target[];
  /** Commands that no signal reaches, which were left. */
  readonly left: readonly Target[];
}

/** The time for all hosts has passed. */
export class TimeForAll {
  readonly seconds: number;

  constructor(seconds: number) {
    this.seconds = seconds;
  }
}

/** The commands that are running. */
export class Fleet {
  readonly #command: string;
  readonly #flags: Flags;
  readonly #report: Report;
  readonly #input: Input;
  readonly #tally: Tally;
  readonly #running = new Set<Running>();
  #stopped: Stop | undefined;

  constructor(command: string, flags: Flags, report: Report, input: Input, tally: Tally) {
    this.#command = command;
    this.#flags = flags;
    this.#report = report;
    this.#input = input;
    this.#tally = tally;
  }

  /** Never rejects: what went wrong is in the outcome. */
  async run(target: Target, { user, password }: Login): Promise<Outcome> {
    const port = portOf(target, this.#flags);
    const about = { target, user, port };
    const isCalled = this.#stopped === undefined;
    const outcome: Outcome = this.#stopped
      ? { ...about, seconds: 0, exit: this.#stopped.exit, notStarted: this.#stopped.why }
      : { ...about, ...(await this.#call(target, { user, password: password.bytes, port })) };
    await this.#report.ended(outcome);
    this.#tally.ended(isCalled, outcome.exit !== 0);
    return outcome;
  }

  async #call(
    target: Target,
    login: { readonly user: string; readonly password: Buffer; readonly port: number },
  ): Promise<Pick<Outcome, 'seconds' | 'exit' | 'result' | 'error'>> {
    this.#tally.called();
    const abort = new AbortController();
    const phases = new Phases(target, this.#flags);
    const remote = exec(target.host, this.#command, {
      ...execOptions(this.#flags, target),
      ...login,
      signal: abort.signal,
      onPhase: phases.enter,
    });
    const running: Running = {
      target,
      start: performance.now(),
      remote,
      abort,
      get phase() {
        return phases.phase;
      },
    };
    this.#running.add(running);
    this.#input.give(remote);
    const shown = this.#report.follow(target, remote);
    const ending = await remote.result.then(
      (result) => ({ exit: exitCodeOf(result), result }),
      (error: unknown) => ({ exit: exitCodeOfAbort(error) ?? exitCodeOfFailure(error), error: named(error) }),
    );
    this.#running.delete(running);
    const seconds = (performance.now() - running.start) / 1000;
    await shown;
    phases.tellLoss();
    return { seconds, ...ending };
  }

  get running(): readonly Running[] {
    return [...this.#running];
  }

  get silentSeconds(): number {
    return this.running.reduce((least, { remote }) => Math.min(least, remote.silentSeconds), Infinity);
  }

  /** Calls no further host; the first reason stays. */
  stop(stop: Stop): void {
    this.#stopped ??= stop;
    this.#tally.isStopped = true;
  }

  /** Leaves the running commands. */
  giveUp(reason: NodeJS.Signals | TimeForAll): void {
    for (const { abort } of this.#running) abort.abort(reason);
  }

  /** Every running command gets it; one that no signal reaches is left if the signal is one that ends programs. */
  signal(signal: NodeJS.Signals): Signaled {
    const sent: Target[] = [];
    const left: Target[] = [];
    for (const { remote, abort, target } of this.#running) {
      if (remote.kill(signal)) sent.push(target);
      else if (ENDING.includes(signal)) {
        abort.abort(signal);
        left.push(target);
      }
    }
    return { sent, left };
  }
}

/** As a local command that died of the signal we could not pass on; as one that timed out. */
function exitCodeOfAbort(error: unknown): number | undefined {
  if (!(error instanceof ExecError) || error.code !== 'REXEC_ABORTED') return undefined;
  if (error.cause instanceof TimeForAll) return exitCodeOfFailure(named(error));
  const number = signalNumber(String(error.cause));
  return number && SIGNALED + number;
}

/** What is reported: that the time for all hosts has passed, if this ended it. */
function named(error: unknown): unknown {
  if (!(error instanceof ExecError && error.cause instanceof TimeForAll)) return error;
  const { seconds } = error.cause;
  return new ExecError('REXEC_TIMED_OUT', `the time for all hosts, ${seconds} s, has passed`, error);
}
