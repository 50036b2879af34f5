/**
 * Signals that end a process by default and mean nothing to ours. Not among them are those of a fault (SIGSEGV, SIGABRT),
 * which must leave a core dump, and those of job control.
 */
export const STRAY_SIGNALS = [
  ...(['SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGPROF'] as const),
  ...(['SIGIO', 'SIGPWR', 'SIGSTKFLT', 'SIGXCPU', 'SIGXFSZ'] as const),
] as const;

/** From here on these signals change nothing. Commands do not inherit that: a handler ends at exec, unlike SIG_IGN. */
export function ignoreSignals(signals: readonly NodeJS.Signals[]): void {
  for (const signal of signals) process.on(signal, () => {});
}
