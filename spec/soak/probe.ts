/** Loaded into a daemon beside its own code: at each SIGUSR2 it writes the memory in use to the file SOAK_PROBE. */
import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const file = process.env.SOAK_PROBE!;
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

process.on('SIGUSR2', async () => {
  for (let turn = 0; turn < 4; turn += 1) {
    gc();
    await delay(50); // what is freed outside of the heap is freed behind it
  }
  const { heapUsed, external } = process.memoryUsage();
  writeFileSync(`${file}.new`, String(heapUsed + external));
  renameSync(`${file}.new`, file);
});
