import type { ServiceManager } from '../../../service/index.ts';

/**
 * Aborted by the first signal or service manager that stops the daemon, or when it loses its terminal, and by the second,
 * which cuts the wait for commands short. More of them change nothing: what is still to be closed is closed.
 */
export function stopSignals(manager: ServiceManager): [told: AbortSignal, impatient: AbortSignal] {
  const [told, impatient] = [new AbortController(), new AbortController()];
  const stop = () => (told.signal.aborted ? impatient : told).abort();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const) process.on(signal, stop);
  manager.on('stop', stop);
  if (process.stdin.isTTY) process.on('SIGHUP', stop);
  return [told.signal, impatient.signal];
}
