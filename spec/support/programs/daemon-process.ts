/**
 * A daemon for everybody, in a process of its own: takes shell and settings as JSON, tells its port and its process,
 * and after each SIGUSR2 the memory that is in use.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Daemon } from '../../../lib/daemon/index.ts';
import { EventLog } from '../../../lib/events/index.ts';
import { ownIdentity } from '../../../lib/login/index.ts';
import { loadSettings } from '../../../lib/settings/index.ts';

const { shell = '/bin/sh', ...settings } = JSON.parse(process.argv[2] ?? '{}');
const identity = { ...ownIdentity(), shell };
const authenticator = { authenticate: async () => ({ accepted: true, identity }) as const };
const daemon = new Daemon(
  loadSettings({}, { port: 0, profile: false, readerAccount: 'nobody', ...settings }),
  {
    authenticator,
    events: new EventLog(),
  },
);
const { port } = await daemon.listen();
console.log(JSON.stringify({ port, pid: process.pid }));
process.on('SIGUSR2', async () => {
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc?.();
    await delay(20); // what is freed outside of the heap is freed behind it
  }
  const { heapUsed, external } = process.memoryUsage();
  console.log(JSON.stringify({ memory: heapUsed + external }));
});
