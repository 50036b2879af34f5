import { constants } from 'node:os';
import { SIGNALED } from './exit-codes.ts';
import type { Flags } from './rexec-options.ts';

/** Signals that reach the remote command instead of this program. */
const FORWARDED = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;
const BREAK = ['SIGINT', 'SIGQUIT', 'SIGTERM'] as const;
/** A user who types Ctrl-C this often wants out, whatever the remote command does. */
const PATIENCE = 3;

/** Gives `send` what this program is sent. Where it says false, and at the third Ctrl-C, the program ends by the signal. */
export function forwardSignals(flags: Flags, send: (signal: NodeJS.Signals) => boolean): void {
  let interrupts = 0;
  if (flags.signals === false) return;
  for (const signal of flags.breakSignals ? BREAK : FORWARDED) {
    process.on(signal, () => {
      if (signal === 'SIGINT') interrupts += 1;
      if (!send(signal) || interrupts >= PATIENCE) process.exit(SIGNALED + constants.signals[signal]);
    });
  }
}
