import type { ServiceManager } from '../../../service/index.ts';

/** npm sends on what its child has from the terminal too: one Ctrl-C is two signals, some milliseconds apart. */
const ONE_KEY_MS = 200;

/**
 * Aborted by the first signal or service manager that stops the daemon, or when it loses its terminal, and by the second,
 * which cuts the wait for commands short. More of them change nothing: what is still to be closed is closed.
 */
export function stopSignals(manager: ServiceManager): [told: AbortSignal, impatient: AbortSignal] {
  const [told, impatient] = [new AbortController(), new AbortController()];
  const isTerminal = process.stdin.isTTY;
  let last = Number.NEGATIVE_INFINITY;
  const stop = () => (told.signal.aborted ? impatient : told).abort();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)
    process.on(signal, () => {
      if (isTerminal && signal === 'SIGINT' && performance.now() - last < ONE_KEY_MS) return;
      last = performance.now();
      stop();
    });
  manager.on('stop', stop);
  if (isTerminal) process.on('SIGHUP', stop);
  return [told.signal, impatient.signal];
}
