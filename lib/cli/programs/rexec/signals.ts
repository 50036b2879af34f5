import { constants } from 'node:os';
import { SIGNALED } from '../common/exit-codes.ts';
import type { Flags } from './options.ts';

/** Signals that reach the remote command instead of this program. */
export const FORWARDED = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;
export const BREAK = ['SIGINT', 'SIGQUIT', 'SIGTERM'] as const;

/** Signals that ask a program to end. A user who sends one so often in so short a time wants out. */
export const ENDING: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'];
const [PATIENCE, PATIENCE_MS] = [3, 60_000];
/** A Ctrl-C that nothing has come of in this time has changed nothing that its user can see. */
const REACTION_MS = 1000;
const LOOK_MS = 250;

/** What the signals are for. */
export interface Signaled {
  /** False if there is no way to send it. */
  send(signal: NodeJS.Signals): boolean;
  /** Since anything was last heard of a command. */
  silentSeconds(): number;
  /** Waits no longer for the command. */
  giveUp(signal: NodeJS.Signals): void;
}

/** Ends this program as the shell reports a command that died of the signal. */
export function leave(signal: NodeJS.Signals): never {
  process.exit(SIGNALED + constants.signals[signal]);
}

/**
 * Sends on the signals that this program gets. Whatever the daemon does, the program ends: if there is no way to send
 * one, at the third of its kind within a minute, at the Ctrl-C after one that changed nothing, and after a SIGTERM as
 * soon as nothing was heard for the time of --end-timeout.
 */
export function forwardSignals(flags: Flags, { send, silentSeconds, giveUp }: Signaled): void {
  if (flags.signals === false) return;
  const insists = insistence();
  let warned: number | undefined;
  const saidNothingSince = (time: number) => silentSeconds() * 1000 >= performance.now() - time;
  let ending = false;
  for (const signal of flags.breakSignals ? BREAK : FORWARDED)
    process.on(signal, () => {
      if (!send(signal) || (ENDING.includes(signal) && insists(signal))) leave(signal);
      if (signal === 'SIGINT' && warned !== undefined && saidNothingSince(warned)) leave(signal);
      const sent = performance.now();
      if (signal === 'SIGINT')
        setTimeout(() => {
          if (!saidNothingSince(sent)) return;
          warned = performance.now();
          process.stderr.write(
            'rexec: the command, or a process that it left behind, is still running; press Ctrl-C again to leave it\n',
          );
        }, REACTION_MS);
      if (signal !== 'SIGTERM' || flags.endTimeout === 0 || ending) return;
      ending = true;
      whenSilent(silentSeconds, flags.endTimeout, () => giveUp(signal));
    });
}

/** Whether a signal has come often enough. */
export function insistence(): (signal: NodeJS.Signals) => boolean {
  const times = new Map<NodeJS.Signals, number[]>();
  return (signal) => {
    const recent = (times.get(signal) ?? []).filter((time) => performance.now() - time < PATIENCE_MS);
    recent.push(performance.now());
    times.set(signal, recent);
    return recent.length >= PATIENCE;
  };
}

/** Calls `then` when nothing was heard for so long. */
export function whenSilent(silentSeconds: () => number, seconds: number, then: () => void): void {
  const start = performance.now();
  setInterval(() => {
    if (Math.min(silentSeconds(), (performance.now() - start) / 1000) >= seconds) then();
  }, LOOK_MS);
}
