import { constants } from 'node:os';
import { signalNumber } from '../../../../base/index.ts';
import { ExecError, exec, type RemoteCommand } from '../../../../client/index.ts';
import { SIGNALED } from '../../common/exit-codes.ts';
import { exitCodeOf, exitCodeOfFailure } from '../failures.ts';
import type { Target } from '../hosts/target.ts';
import { findLogins, type Login } from '../logins.ts';
import { execOptions, type Flags } from '../options.ts';
import { phaseTeller } from '../phases.ts';
import { forwardSignals } from '../signals.ts';
import { portOf } from '../tls.ts';
import { Collected } from './collected.ts';
import { type Input, inputFor } from './input.ts';
import { Json } from './json.ts';
import { Outlet } from './outlet.ts';
import { Prefixed } from './prefixed.ts';
import { Progress } from './progress.ts';
import type { Outcome, Report } from './report.ts';
import { summaryOf } from './summary.ts';

/** Runs the command on every host, so many at once as may be; the largest exit code of them all. */
export async function runOnMany(targets: readonly Target[], command: string, flags: Flags): Promise<number> {
  const logins = await findLogins(targets, flags);
  const progress = new Progress(targets.length, flags);
  const report = reportFor(targets, flags, progress);
  const fleet = new Fleet(command, flags, report, await inputFor(targets.length, flags));
  const outcomes: Outcome[] = [];
  forwardSignals(flags, {
    send: (signal) => fleet.signal(signal),
    silentSeconds: () => fleet.silentSeconds,
    giveUp: (signal) => fleet.giveUp(signal),
  });
  const queue = targets.entries();
  const work = async (): Promise<void> => {
    for (const [index, target] of queue) {
      const outcome = await fleet.run(target, logins[index]!);
      outcomes[index] = outcome;
      progress.ended(outcome.exit !== 0);
    }
  };
  await Promise.all(Array.from({ length: Math.min(flags.maxParallel, targets.length) }, work));
  for (const { password } of logins) password.wipe();
  await report.finish();
  progress.finish();
  if (!flags.quiet && !flags.json) process.stderr.write(summaryOf(outcomes));
  return Math.max(...outcomes.map(({ exit }) => exit));
}

function reportFor(targets: readonly Target[], flags: Flags, progress: Progress): Report {
  const outlets = { out: new Outlet(process.stdout, progress), err: new Outlet(process.stderr, progress) };
  if (flags.json) return new Json(outlets, flags.outputLimit);
  return flags.collect ? new Collected(outlets, flags.outputLimit, targets) : new Prefixed(outlets);
}

/** A command that is running. */
interface Running {
  send(signal: NodeJS.Signals): void;
  abort(signal: NodeJS.Signals): void;
}

/** The commands that are running. */
class Fleet {
  readonly #command: string;
  readonly #flags: Flags;
  readonly #report: Report;
  readonly #input: Input;
  readonly #running = new Map<RemoteCommand, Running>();
  #stopped: NodeJS.Signals | undefined;

  constructor(command: string, flags: Flags, report: Report, input: Input) {
    this.#command = command;
    this.#flags = flags;
    this.#report = report;
    this.#input = input;
  }

  /** Never rejects: what went wrong is in the outcome. */
  async run(target: Target, { user, password }: Login): Promise<Outcome> {
    const port = portOf(target, this.#flags);
    const about = { target, user, port };
    if (this.#stopped) {
      const outcome = {
        ...about,
        seconds: 0,
        exit: SIGNALED + constants.signals[this.#stopped],
        error: null,
      };
      await this.#report.ended(outcome);
      return outcome;
    }
    const start = performance.now();
    const abort = new AbortController();
    const onPhase = phaseTeller(target, this.#flags);
    const options = {
      ...execOptions(this.#flags, target),
      user,
      password: password.bytes,
      port,
      onPhase,
      signal: abort.signal,
    };
    const remote = exec(target.host, this.#command, options);
    this.#running.set(remote, {
      send: (signal) => {
        if (!remote.kill(signal) && ENDING.includes(signal)) abort.abort(signal);
      },
      abort: (signal) => abort.abort(signal),
    });
    this.#input.give(remote);
    const shown = this.#report.follow(target, remote);
    const ending = await remote.result.then(
      (result) => ({ exit: exitCodeOf(result), result }),
      (error: unknown) => ({ exit: exitCodeOfAbort(error) ?? exitCodeOfFailure(error), error }),
    );
    this.#running.delete(remote);
    const seconds = (performance.now() - start) / 1000;
    await shown;
    const outcome = { ...about, seconds, ...ending };
    await this.#report.ended(outcome);
    return outcome;
  }

  get silentSeconds(): number {
    return Math.min(...[...this.#running.keys()].map((remote) => remote.silentSeconds));
  }

  giveUp(signal: NodeJS.Signals): void {
    for (const each of this.#running.values()) each.abort(signal);
  }

  /** Every running command gets it; after one that ends programs no more are begun. */
  signal(signal: NodeJS.Signals): boolean {
    for (const each of this.#running.values()) each.send(signal);
    if (ENDING.includes(signal)) this.#stopped ??= signal;
    return true;
  }
}

const ENDING: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'];

/** As a local command that died of the signal we could not pass on. */
function exitCodeOfAbort(error: unknown): number | undefined {
  if (!(error instanceof ExecError) || error.code !== 'REXEC_ABORTED') return undefined;
  const number = signalNumber(String(error.cause));
  return number && SIGNALED + number;
}
