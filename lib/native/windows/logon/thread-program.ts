import { parentPort } from 'node:worker_threads';
import { CALLS } from './calls.ts';
import type { Asked } from './thread.ts';

/** A thread that makes one call after another. It is its own, since Windows keeps the number of an error for each thread. */
parentPort!.on('message', ({ name, given }: Asked) => {
  try {
    const call = CALLS[name] as (...given: unknown[]) => unknown;
    parentPort!.postMessage({ result: call(...given) });
  } catch (error) {
    parentPort!.postMessage({ error });
  }
});
