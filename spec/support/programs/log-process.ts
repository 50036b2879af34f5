/**
 * Keeps an event log with the options in argv[2] (JSON). For each line on stdin, `{count, values}`, it emits `count`
 * login refusals for each value as user, numbered by their session, and answers with a line about itself. At the end
 * of stdin it closes the log and exits in the same moment.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EventLog } from '../../../lib/events/index.ts';

const log = new EventLog(JSON.parse(process.argv[2] ?? '{}'));
let session = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { count = 0, values = ['x'], turns = false } = JSON.parse(line);
  for (let turn = 0; turn < count; turn += 1) {
    for (const user of values)
      log.emit('loginRefused', { session: String(session), peer: '127.0.0.1:1', user, cause: 'spec' });
    session += 1;
    if (turns) await nextTurn();
  }
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed;
  const native = readFileSync('/proc/self/maps', 'latin1').includes('koffi');
  console.log(JSON.stringify({ heap, native }));
}
log.emit('listening', { address: '127.0.0.1', port: 512 });
await log.close();
process.exit(0);
