import type { ChildProcess } from 'node:child_process';

/** Time that a program of this package has to start, on a machine that is busy. */
const START_SECONDS = 30;

/**
 * Kills a program that has not started in time.
 *
 * @param onLate hears why, before it is killed
 * @returns to be called once it has started, or has ended
 */
export function startDeadline(child: ChildProcess, onLate: (cause: string) => void = () => {}): () => void {
  const late = setTimeout(() => {
    onLate(`not started within ${START_SECONDS} s`);
    child.kill('SIGKILL');
  }, START_SECONDS * 1000).unref();
  return () => clearTimeout(late);
}
