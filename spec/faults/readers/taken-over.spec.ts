import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { refuseUnread } from '../../../lib/connection/index.ts';
import { Lockout, Login, ownIdentity, usersFile } from '../../../lib/login/index.ts';
import { Session, type SessionOptions } from '../../../lib/orchestrator/index.ts';
import { ReaderProcess } from '../../../lib/readers/reader-process.ts';
import { READER_SANDBOX } from '../../../lib/readers/start-reader.ts';
import { startSandboxed } from '../../../lib/sandbox/index.ts';
import { loadSettings } from '../../../lib/settings/index.ts';
import { cheapHash, EventRecord, PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { connectedSockets, Peer, within } from '../../support/peer.ts';
import { notRoot } from '../../support/program.ts';
import { ACCOUNT, noSandbox } from '../sandbox/inside.ts';

const PROGRAM = fileURLToPath(new URL('../../support/programs/taken-over.ts', import.meta.url));
const MIB = 2 ** 20;
const TRY_AGAIN = '\x01Try again.\n';
const INCORRECT = '\x01Login incorrect.\n';
const REFUSALS = [TRY_AGAIN, INCORRECT, '\x01Timed out.\n', '\x01Cannot connect to the stderr port.\n'];

/** What comes of an attack. */
interface Outcome {
  /** Whose commands were to be started. */
  readonly granted: readonly string[];
  /** Why root ended the reader, if it did. */
  readonly ended: string | undefined;
  /** The address that was penalized. */
  readonly blamed: readonly string[];
  /** What the two peers read. */
  readonly answers: readonly string[];
  /** Bytes that root's memory grew by. */
  readonly growth: number;
}

/** Two peers and their sessions, as root has them, with a reader that was taken over. */
async function outcomeOf(t: TestContext, attack: string): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'rexec-taken-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'users'), `${USER}:${cheapHash(PASSWORD)}\n`, { mode: 0o600 });
  const settings = loadSettings({}, { requestSeconds: 1, refusalSeconds: 0.05, drainSeconds: 0.1 });
  const blamed: string[] = [];
  const granted: string[] = [];
  const ended = Promise.withResolvers<string>();
  const reader: ReaderProcess = new ReaderProcess({
    start: () => startSandboxed(PROGRAM, { ...READER_SANDBOX, ...ACCOUNT, words: [attack] }),
    descriptors: 1024,
    wait: 0,
    misbehaved: (address) => blamed.push(address),
    ended: ended.resolve,
    turnAway: (socket, line) => refuseUnread(socket, line, settings.drainSeconds),
  });
  t.after(() => reader.end());
  const lockout = new Lockout(settings);
  const options: SessionOptions = {
    ...settings,
    login: new Login(await usersFile(join(folder, 'users')), { ...settings, lockout }),
    front: {
      visit: (id, socket, secure) => reader.visit(id, socket, secure, settings),
      turnAway: async (socket) => void socket.destroy(),
    },
    runner: {
      run: async ({ grant }) => {
        granted.push(grant.identity.user);
        throw new Error('not started');
      },
    },
    events: new EventRecord(),
  };
  const begin = process.memoryUsage().rss;
  const answers = await Promise.all([served(t, options), served(t, options)]);
  const growth = process.memoryUsage().rss - begin;
  const died = reader.usable ? undefined : await within(ended.promise, 'the end of the reader');
  return { granted, ended: died, blamed, answers, growth };
}

/** A peer's session, to its end. @returns what the peer read */
async function served(t: TestContext, options: SessionOptions): Promise<string> {
  const [accepted, client] = await connectedSockets(t);
  const peer = new Peer(t, client as Socket);
  await peer.send('\0ada\0');
  const session = new Session({ socket: accepted, secure: false }, options);
  await within(session.run(), 'the session to end');
  accepted.destroy();
  return peer.toEnd().catch(() => 'reset');
}

const RULE = (said: string, state = 'receiving') => `"${said}" in a session that is ${state}`;

/** Attacks, and the cause for which root ends the reader. */
const ENDED: Readonly<Record<string, string | RegExp>> = {
  'logs in with a certificate in clear text': RULE('request'),
  'tries a second password': RULE('request', 'verifying'),
  'says that it was released': RULE('released'),
  'says that a proxy has named another address': RULE('unwrapped'),
  'says that it is over': RULE('over'),
  'names a session of another reader': '"request" about no session',
  'names every session there could be': '"gone" about no session',
  'names a port of the system': RULE('port'),
  'names two ports': /^"port" in a session that is (?:connecting|closing)$/, // the first one may have failed by then
  'says the same for ever': RULE('gone'),
  'says for ever that it is ready': 'an unknown message',
  'says for ever that it is broken': 'broken',
  'fails for ever to answer': /^an (?:error instead of a sign of life|unknown message)$/, // the first one, or the next
  'has a secret with an answer': 'an unknown message',
  'answers what was not asked': 'an unknown message',
  'has a secret with something else': RULE('gone'),
  'says what does not exist': 'an unknown message',
  'says no JSON': 'an unknown message',
  'says something too long': /^a message of \d+ bytes; the limit is 4194304$/,
  'begins a message and never ends it': 'no sign of life within 10 s',
  'sends a descriptor': 'an unknown message',
  'acknowledges what it never got': 'an unknown message',
  'pollutes a prototype': 'an unknown message',
  'keeps a connection that it refused': 'no close of a connection within 10.1 s',
  'keeps every connection': 'no request and no failure within 11 s',
  'stops at the first connection': 'no sign of life within 10 s',
};

const PATIENT = { timeout: 300_000, concurrency: 4, skip: notRoot || noSandbox };

describe('a reader that was taken over', PATIENT, () => {
  for (const [attack, cause] of Object.entries(ENDED))
    it(`is ended, and its peers are refused, when it ${attack}`, async (t) => {
      const { granted, ended, answers, growth } = await outcomeOf(t, attack);
      if (cause instanceof RegExp) assert.match(ended!, cause);
      else assert.equal(ended, cause);
      assert.deepEqual(granted, []);
      for (const answer of answers) assert.ok(REFUSALS.includes(answer), answer);
      assert.ok(growth < 128 * MIB, `${Math.round(growth / MIB)} MiB`);
    });

  it('logs in with a password that it has been sent (control)', async (t) => {
    const { granted } = await outcomeOf(t, 'logs in with the password');
    assert.deepEqual(granted, [ownIdentity().user, ownIdentity().user]);
  });

  for (const attack of ['logs in without a password', 'logs in with a wrong password'])
    it(`is refused as every peer is when it ${attack}`, async (t) => {
      const { granted, answers } = await outcomeOf(t, attack);
      assert.deepEqual(granted, []);
      assert.deepEqual(new Set(answers), new Set([INCORRECT]));
    });

  it('harms only its peers when it closes a connection that is still on its way', async (t) => {
    const { granted, blamed } = await outcomeOf(t, 'closes a connection that is still on its way');
    assert.deepEqual([granted, blamed], [[], []]);
  });

  it('makes root connect to no port but that of the peer, at its own address', async (t) => {
    const connections: string[] = [];
    const listener = createServer((socket) => {
      connections.push(socket.remoteAddress!);
      socket.destroy();
    }).listen(22, '127.0.0.1');
    t.after(() => listener.close());
    listener.on('error', () => {}); // a server of this machine has the port
    await outcomeOf(t, 'names a port of the system');
    assert.deepEqual(connections, []);
  });
});
