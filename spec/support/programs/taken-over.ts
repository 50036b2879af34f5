/**
 * A reader that was taken over: it runs as readers do, has the line to root, and does with each visit what its one word
 * names. It obeys no other order but to release, and closes nothing by itself.
 */
import { Socket } from 'node:net';
import { encodeMessage } from '../../../lib/base/child/messages.ts';
import { Secret } from '../../../lib/base/secret.ts';

interface Order {
  readonly say: string;
  readonly id: string;
  readonly number: number;
  readonly question: { readonly say: string };
}

const line = new Socket({ fd: 4 });
line.on('error', () => {});
const handles: unknown[] = []; // kept open

const raw = (bytes: Uint8Array) => line.write(bytes);
const say = (message: object, secret = '') =>
  raw(encodeMessage(message, new Secret(Buffer.from(secret))).bytes);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const request = (id: string, password: string, more = {}) =>
  say({ say: 'request', id, user: base64('ada'), command: base64('id'), ...more }, password);
const failed = (id: string) =>
  say({ say: 'failed', id, user: '', silent: false, failure: { kind: 'late', cause: 'late' } });
const VOUCHED = { subject: 'CN=ada', commonNames: ['ada'], fingerprint: '0'.repeat(64) };
const MANY = 100_000;

/** A head that announces a text of so many bytes. */
const head = (length: number) => {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt32BE(length);
  return bytes;
};

const ATTACKS: Readonly<Record<string, (id: string, handle: unknown) => unknown>> = {
  'logs in with the password': (id) => request(id, 's3cret'),
  'logs in without a password': (id) => request(id, ''),
  'logs in with a wrong password': (id) => request(id, 'wrong'),
  'logs in with a certificate in clear text': (id) => request(id, '', { certificate: VOUCHED }),
  'tries a second password': (id) => {
    request(id, 'wrong');
    request(id, 's3cret');
  },
  'says that it was released': (id) =>
    say({ say: 'released', id, early: '', muxed: false, carriesStderr: false }),
  'says that a proxy has named another address': (id) =>
    say({ say: 'unwrapped', id, source: { address: '192.0.2.7', port: 7 } }),
  'says that it is over': (id) => say({ say: 'over', id }),
  'closes a connection that is still on its way': (id) => {
    failed(id);
    say({ say: 'over', id });
  },
  'names a session of another reader': () => request('f'.repeat(32), 's3cret'),
  'names every session there could be': () => {
    for (let id = 0; id < MANY; id += 1) say({ say: 'gone', id: id.toString(16) });
  },
  'names a port of the system': (id) => say({ say: 'port', id, port: 22, muxed: false }),
  'names two ports': (id) => {
    say({ say: 'port', id, port: 40_001, muxed: false });
    say({ say: 'port', id, port: 40_002, muxed: false });
  },
  'says the same for ever': (id) => {
    for (let time = 0; time < MANY; time += 1) say({ say: 'gone', id });
  },
  'says for ever that it is ready': () => {
    for (let time = 0; time < MANY; time += 1) say({ say: 'ready' });
  },
  'says for ever that it is broken': () => {
    for (let time = 0; time < MANY; time += 1) say({ say: 'broken', cause: 'broken' });
  },
  'fails for ever to answer': () => {
    for (let time = 0; time < MANY; time += 1) say({ say: 'error', number: 1, cause: '', refused: false });
  },
  'has a secret with an answer': () => say({ say: 'answer', number: 1, answer: {} }, 's3cret'),
  'answers what was not asked': () => say({ say: 'answer', number: 99, answer: {} }),
  'has a secret with something else': (id) => say({ say: 'gone', id }, 's3cret'),
  'says what does not exist': (id) => say({ say: 'grant', id }),
  'says no JSON': () => raw(Buffer.concat([head(4), Buffer.from('{{{{')])),
  'says something too long': () => raw(head(2 ** 31)),
  'begins a message and never ends it': () => {
    raw(head(4 * 2 ** 20 - 6));
    raw(Buffer.alloc(2 ** 20, ' '));
  },
  'sends a descriptor': (_id, handle) => process.send!({ say: 'ready' }, handle as never),
  'acknowledges what it never got': () => {
    for (let time = 0; time < 10; time += 1) process.send!({ cmd: 'NODE_HANDLE_ACK' });
  },
  'pollutes a prototype': (id) => {
    const text = Buffer.from(`{"say":"gone","id":"${id}","__proto__":{"accepted":true}}`);
    raw(Buffer.concat([head(text.length), text]));
  },
  'keeps a connection that it refused': (id) => failed(id),
  'keeps every connection': () => {},
  'stops at the first connection': () => {
    for (;;);
  },
};

const attack = ATTACKS[process.argv[2]!]!;
process.on('message', ({ say: what, id, number }: Order, handle) => {
  handles.push(handle);
  if (what === 'ask') say({ say: 'answer', number, answer: {} });
  if (what === 'visit') attack(id, handle);
  if (what === 'release') say({ say: 'released', id, early: '', muxed: false, carriesStderr: false });
});
say({ say: 'ready' });
