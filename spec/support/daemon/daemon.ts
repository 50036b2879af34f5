import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Daemon } from '../../../lib/daemon/index.ts';
import type { EventFields, EventName, Events } from '../../../lib/events/index.ts';
import { type Authenticator, type Identity, ownIdentity, usersFile } from '../../../lib/login/index.ts';
import { type Layer, loadSettings } from '../../../lib/settings/index.ts';
import { listenForStderr, Peer, within } from '../peer.ts';

/** Bounds a suite and every test in it. */
export const BOUNDED = { timeout: 180_000 } as const;

/** Whom the users file knows. */
export const USER = 'ada';
export const PASSWORD = 's3cret';

/** A whole request of {@link USER}. */
export const request = (command: string, port: string | number = ''): string =>
  `${port}\0${USER}\0${PASSWORD}\0${command}\0`;

/** The shell's call of a program in spec/support/commands. */
export const program = (name: string): string =>
  `'${fileURLToPath(new URL(`../commands/${name}`, import.meta.url))}'`;

/** Everybody may log in, without a hash to compute. */
export const anyone = (identity: Partial<Identity> = {}): Authenticator => ({
  authenticate: async () => ({
    accepted: true,
    identity: { ...ownIdentity(), shell: '/bin/sh', ...identity },
  }),
});

/** Nobody may log in. */
export const nobody: Authenticator = {
  authenticate: async () => ({ accepted: false, cause: 'nobody may' }),
};

/** A hash that costs next to nothing; salt and key as the PHC format spells them. */
export function cheapHash(secret: string): string {
  const salt = Buffer.alloc(8, 'salt');
  const spell = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$scrypt$ln=4,r=8,p=1$${spell(salt)}$${spell(scryptSync(secret, salt, 32, { N: 16, r: 8, p: 1 }))}`;
}

let known: Promise<Authenticator> | undefined;

/** The real users file with one cheap account; its commands run by sh, whatever this account's own shell is. */
async function knownUsers(): Promise<Authenticator> {
  const directory = mkdtempSync(join(tmpdir(), 'rexecd-spec-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, 'users'), `${USER}:${cheapHash(PASSWORD)}\n`, { mode: 0o600 });
  const users = await usersFile(join(directory, 'users'));
  return {
    async authenticate(credentials) {
      const verdict = await users.authenticate(credentials);
      return verdict.accepted ? anyone().authenticate(credentials) : verdict;
    },
  };
}

/** Keeps events instead of writing them. */
export class EventRecord implements Events {
  readonly #recorded: [EventName, object][] = [];
  readonly #arrivals = new EventEmitter().setMaxListeners(0);

  emit<Name extends EventName>(name: Name, fields: EventFields<Name>): void {
    this.#recorded.push([name, fields]);
    this.#arrivals.emit('event');
  }

  /** Fields of every event of a name so far. */
  all<Name extends EventName>(name: Name): EventFields<Name>[] {
    return this.#recorded.flatMap(([each, fields]) => (each === name ? [fields as EventFields<Name>] : []));
  }

  /** Fields of the event of a name, the first one unless another is asked for; waits until there is one. */
  async seen<Name extends EventName>(name: Name, nth = 0): Promise<EventFields<Name>> {
    while (this.all(name).length <= nth)
      await within(once(this.#arrivals, 'event'), `event ${name}; seen: ${JSON.stringify(this.#recorded)}`);
    return this.all(name)[nth]!;
  }
}

/** How commands are started: a setting of a daemon. */
export interface Way {
  readonly launcher: 'execa' | 'posix-spawn';
}

/** Runs the suite of a subject with each launcher. */
export function forEveryWay(subject: string, body: (way: Way) => void): void {
  for (const launcher of ['execa', 'posix-spawn'] as const)
    describe(`${subject}, by ${launcher}`, BOUNDED, () => body({ launcher }));
}

/** A real daemon that a test talks to. */
export class DaemonUnderTest {
  readonly t: TestContext;
  readonly daemon: Daemon;
  readonly events: EventRecord;
  readonly host: string;
  readonly port: number;
  readonly #peers: Peer[] = [];

  constructor(t: TestContext, daemon: Daemon, events: EventRecord, host: string, port: number) {
    this.t = t;
    this.daemon = daemon;
    this.events = events;
    this.host = host;
    this.port = port;
  }

  async connect(from?: string): Promise<Peer> {
    const { t, host, port } = this;
    const peer = await Peer.connect(t, { host, port, ...(from ? { localAddress: from } : {}) });
    this.#peers.push(peer);
    return peer;
  }

  /** Drops every peer and stops at once. */
  async end(): Promise<void> {
    for (const { socket } of this.#peers) socket.destroy();
    await within(this.daemon.stop(AbortSignal.abort()), 'the daemon to stop');
  }

  /** A peer that sends `bytes` and nothing more; what it is answered. */
  async answer(bytes: string, from?: string): Promise<string> {
    const peer = await this.connect(from);
    await peer.send(bytes);
    return peer.toEnd();
  }

  /** A peer whose command was accepted; the success byte is read. */
  async run(command: string): Promise<Peer> {
    const peer = await this.connect();
    await peer.send(request(command));
    assert.equal(await peer.read(1), '\0');
    return peer;
  }

  /** The same with a stderr channel; `first` is sent on it before the user is named. */
  async runWithChannel(command: string, first: readonly number[] = []): Promise<[peer: Peer, channel: Peer]> {
    const stderr = await listenForStderr(this.t);
    const peer = await this.connect();
    await peer.send(`${stderr.port}\0`);
    const channel = await stderr.accepted;
    this.#peers.push(channel);
    if (first.length > 0) await channel.send(Buffer.from(first));
    await peer.send(request(command).slice(1));
    assert.equal(await peer.read(1), '\0');
    return [peer, channel];
  }

  async assertServesNextPeer(): Promise<void> {
    assert.equal(await this.answer(request('echo served')), '\0served\n');
  }
}

export interface DaemonOptions extends Layer {
  readonly authenticator?: Authenticator;
}

const QUICK = {
  readerAccount: 'nobody',
  lockoutFailures: 0,
  profile: false,
  refusalSeconds: 0.05,
  drainSeconds: 0.5,
  killSeconds: 0.5,
  stopSeconds: 5,
};

/** Starts a daemon on a free port and stops it with the test, which fails when a session broke by a defect. */
export async function startDaemon(t: TestContext, options: DaemonOptions = {}): Promise<DaemonUnderTest> {
  const { authenticator, ...settings } = options;
  known ??= knownUsers();
  const events = new EventRecord();
  const daemon = new Daemon(loadSettings({}, { ...QUICK, listen: ['127.0.0.1:0'], ...settings }), {
    authenticator: authenticator ?? (await known),
    events,
  });
  const { address, port } = await daemon.listen();
  const underTest = new DaemonUnderTest(t, daemon, events, address, port);
  t.after(async () => {
    await underTest.end();
    assert.deepEqual(events.all('sessionBroken'), []);
  });
  return underTest;
}
