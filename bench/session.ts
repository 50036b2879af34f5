import { createConnection } from 'node:net';
import { encodeRequest } from '../codec/index.ts';
import { Daemon } from '../lib/daemon/index.ts';
import { EventLog } from '../lib/events/index.ts';
import { ownIdentity } from '../lib/login/index.ts';
import { loadSettings } from '../lib/settings/index.ts';
import type { Question } from './question.ts';

/** What does a whole session cost, accept to close over loopback, without the cost of a password? */

const request = encodeRequest({ user: 'ada', password: 'any', command: ':' });
// sh, because bash reads ~/.bashrc whenever its stdin is a socket, and that is not ours to measure.
const identity = { ...ownIdentity(), shell: '/bin/sh' };
const authenticator = { authenticate: async () => ({ accepted: true, identity }) as const };

async function start(stdio: 'auto' | 'relay'): Promise<{ port: number; stop: () => Promise<void> }> {
  const settings = loadSettings({}, { port: 0, stdio, profile: false });
  const daemon = new Daemon(settings, { authenticator, events: new EventLog() });
  const { port } = await daemon.listen();
  return { port, stop: () => daemon.stop() };
}

/** Bytes of the answer: one, the NUL. */
function session(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let answer = 0;
    const peer = createConnection({ host: '127.0.0.1', port, noDelay: true }, () => peer.write(request));
    peer.on('data', (chunk) => {
      answer += chunk.length;
    });
    peer.once('close', () => resolve(answer)).once('error', reject);
  });
}

const daemons = { handOver: await start('auto'), relay: await start('relay') };

export const sessions: Question = {
  unit: 'session',
  repeats: 200,
  parallel: 4,
  cases: {
    'handed over': () => session(daemons.handOver.port),
    relayed: () => session(daemons.relay.port),
  },
  close: () => Promise.all([daemons.handOver.stop(), daemons.relay.stop()]),
};
