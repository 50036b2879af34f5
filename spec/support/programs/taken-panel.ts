/**
 * The process of a panel that was taken over: it has the line to root, and says what its one word names.
 */
import { Socket } from 'node:net';
import { encodeMessage } from '../../../lib/base/child/messages.ts';

const line = new Socket({ fd: 4 });
line.on('error', () => {});
const say = (said: object) => line.write(encodeMessage(said).bytes);
const message = (number: number, verb: string, body: object, sessions: readonly string[] = []) =>
  encodeMessage({ say: 'call', number, verb, sessions, body }).bytes;
const call = (...words: Parameters<typeof message>) => line.write(message(...words));

const VERBS: Readonly<Record<string, object>> = {
  counters: {},
  ticket: {},
  news: { revision: 0, cursor: 0 },
  session: { id: 'x' },
  settings: {},
  kill: { id: 'x' },
  unlock: { all: true },
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
    // In one piece, so that none is answered before the last one has come.
    const calls = Array.from({ length: 200 }, (_, number) => message(number, 'counters', {}));
    line.write(Buffer.concat(calls));
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
  'says that it has a connection that it was not given': () => say({ say: 'has', number: 1 }),
  'takes no connection': () => {},
  'says that it is ready again and again': () => {
    for (let n = 0; n < 3; n += 1) say({ say: 'ready' });
  },
};

process.on('message', () => {});
say({ say: 'ready' });
ATTACKS[process.argv[2]!]!();
