/**
 * The process of a panel that was taken over: it has the line to root, and says what its one word names.
 */
import { Socket } from 'node:net';
import { encodeMessage } from '../../../lib/base/child/messages.ts';

const line = new Socket({ fd: 4 });
line.on('error', () => {});
const say = (message: object) => line.write(encodeMessage(message).bytes);
const call = (number: number, verb: string, body: object, sessions: readonly string[] = []) =>
  say({ say: 'call', number, verb, sessions, body });

const VERBS: Readonly<Record<string, object>> = {
  counters: {},
  ticket: {},
  news: { revision: 0, cursor: 0 },
  session: { id: 'x' },
  settings: {},
  kill: { id: 'x' },
  unlock: {},
  reload: {},
  set: { changes: [{ key: 'log.access', value: true }] },
  leave: {},
  constructor: {},
};

const ATTACKS: Readonly<Record<string, () => void>> = {
  'calls every verb': () => {
    for (const [index, [verb, body]] of Object.entries(VERBS).entries()) call(index, verb, body);
  },
  'calls every verb with sessions of its own invention': () => {
    const sessions = ['A'.repeat(43), 'constructor'];
    for (const [index, [verb, body]] of Object.entries(VERBS).entries()) call(index, verb, body, sessions);
  },
  'calls too many at a time': () => {
    for (let number = 0; number < 200; number += 1) call(number, 'counters', {});
  },
  'calls too often': () => {
    let number = 0;
    setInterval(() => {
      for (let n = 0; n < 10; n += 1) call(++number, 'counters', {});
    }, 10);
  },
  'says what nobody says': () => say({ say: 'conquer' }),
  'names a session that is none': () => call(1, 'ticket', {}, ['a b']),
  'names a verb of great length': () => call(1, 'x'.repeat(1000), {}),
  'sends a body of another kind': () => say({ say: 'call', number: 1, verb: 'set', sessions: [] }),
  'says that it is ready again and again': () => {
    for (let n = 0; n < 3; n += 1) say({ say: 'ready' });
  },
};

process.on('message', () => {});
say({ say: 'ready' });
ATTACKS[process.argv[2]!]!();
