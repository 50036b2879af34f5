/** Emits argv[3] events at level argv[2], each with the values on stdin (JSON), and exits as soon as the log closed. */
import { text } from 'node:stream/consumers';
import { EventLog, type Level } from '../../../lib/events/index.ts';

const [, , level = 'info', count = '1'] = process.argv;
const values: string[] = JSON.parse((await text(process.stdin)) || '["x"]');
const log = new EventLog(level as Level);
for (let turn = 0; turn < Number(count); turn += 1)
  for (const user of values)
    log.emit('loginRefused', { session: String(turn), peer: '127.0.0.1:1', user, cause: 'spec' });
log.emit('listening', { address: '127.0.0.1', port: 512 });
await log.close();
process.exit(0);
