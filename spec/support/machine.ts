import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Peer, within } from './peer.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A private copy of /etc and an empty /srv, in a mount namespace that ends with its holder. */
const SET_UP = `
  set -e
  mount -t tmpfs -o mode=755 tmpfs /srv
  mkdir /srv/etc && cp -a /etc/. /srv/etc && mount --bind /srv/etc /etc
  mkdir -m 755 /srv/home
  echo ready
  exec cat
`;

/** Why a machine of its own cannot be made here; false where it can. */
export const noMachine: string | false =
  process.getuid?.() !== 0
    ? 'making accounts takes root'
    : spawnSync('unshare', ['--mount', 'true']).status !== 0 && 'mount namespaces cannot be made here';

/** How to start a daemon on the machine. */
export interface Service {
  readonly service?: string; // text of the PAM service file
  readonly flags?: readonly string[];
  readonly through?: readonly string[]; // a program that runs it, and its words
  readonly quiet?: boolean; // its own log settings instead of every event
}

const LOUD = ['--log-level', 'debug'];

/** Flags of a daemon that does not wait where the time does not matter. */
export const QUICK = ['--refusal-seconds', '0.02', '--lockout-failures', '0', '--drain-seconds', '0.1'];

/** Debian's own rexec service: authentication and account by the machine's common files. */
const PAM_SERVICE = ['auth required pam_env.so', '@include common-auth', '@include common-account'].join(
  '\n',
);

/**
 * This machine, but for its accounts: what is added to /etc exists only for the processes started here, so the suite
 * leaves nothing behind whatever happens to it, and files of it run side by side.
 */
export class Machine {
  readonly #holder: ChildProcess;
  readonly #daemons: ChildProcess[] = [];
  readonly #hashes = new Map<string, string>();

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  static async make(): Promise<Machine> {
    const holder = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', SET_UP], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true, // Ctrl-C is for others: it ends with its stdin
    });
    const [line] = await within(once(createInterface(holder.stdout!), 'line'), 'the machine');
    assert.equal(line, 'ready');
    return new Machine(holder);
  }

  /** Runs a program on the machine, as root; its output. */
  run(file: string, words: readonly string[] = [], input: string | Uint8Array = ''): string {
    const options = { encoding: 'utf8', input, stdio: 'pipe' } as const;
    return execFileSync('nsenter', [...this.#inside, file, ...words], options);
  }

  /** Runs a script on the machine, as root. */
  shell(script: string): string {
    return this.run('sh', ['-ec', script]);
  }

  /** Makes an account with the password, a home below /srv/home and useradd's options. */
  addUser(name: string, password: string, ...options: string[]): void {
    this.run('useradd', ['--create-home', '--base-dir', '/srv/home', ...options, '--', name]);
    this.setPassword(name, password);
  }

  /** The same, with a hash that takes no time to verify. */
  addQuickUser(name: string, password: string, ...options: string[]): void {
    const words = ['--create-home', '--base-dir', '/srv/home', '--password', this.hashOf(password)];
    this.run('useradd', [...words, ...options, '--', name]);
  }

  /** A hash for such a user; the password may have any byte but NUL; latin1. */
  hashOf(password: string): string {
    const crypt = 'undef $/; print crypt(<STDIN>, q($6$rounds=1000$rexecdspec$))';
    const hash =
      this.#hashes.get(password) ?? this.run('perl', ['-e', crypt], Buffer.from(password, 'latin1'));
    this.#hashes.set(password, hash);
    return hash;
  }

  /** The password may have any byte but NUL and newline; latin1. */
  setPassword(name: string, password: string): void {
    const words = [...this.#inside, 'chpasswd'];
    execFileSync('nsenter', words, { input: Buffer.from(`${name}:${password}\n`, 'latin1') });
  }

  /** Starts the real program on a free port; resolves once it listens. */
  async rexecd({
    service = PAM_SERVICE,
    flags = [],
    through = [],
    quiet = false,
  }: Service = {}): Promise<RunningDaemon> {
    const pamService = `rexec-spec-${this.#daemons.length}`; // its own: others run with theirs
    this.run('tee', [`/etc/pam.d/${pamService}`], `${service}\n`);
    const words = ['-debug', '--port', '0', '--pam-service', pamService, ...(quiet ? [] : LOUD), ...flags];
    const [file = '', ...rest] = [...through, process.execPath, `${ROOT}lib/cli/rexecd.ts`, ...words];
    const daemon = new RunningDaemon(this.start(file, ...rest));
    await daemon.listening;
    return daemon;
  }

  /** Starts a program on the machine, as root. It is killed with the process that started it, if not ended before. */
  start(file: string, ...words: string[]): ChildProcess {
    const inside = [...this.#inside, 'setpriv', '--pdeathsig', 'KILL', file, ...words];
    const child = spawn('nsenter', inside, { stdio: ['ignore', 'pipe', 'pipe'], cwd: ROOT });
    this.#daemons.push(child);
    return child;
  }

  async end(): Promise<void> {
    for (const child of this.#daemons) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await within(once(child, 'exit'), 'the daemon to stop');
    }
    this.#holder.stdin!.end();
    await within(once(this.#holder, 'exit'), 'the machine to end');
  }

  /** A program and its words after these run on the machine, as root. */
  get entry(): string[] {
    return ['nsenter', ...this.#inside];
  }

  get #inside(): string[] {
    return ['--mount', `--target=${this.#holder.pid}`, `--wd=${ROOT}`, '--'];
  }
}

/** A rexecd that was started as a program. Its events are lines. */
export class RunningDaemon {
  readonly child: ChildProcess;
  readonly events: string[] = [];
  readonly listening: Promise<void>;
  port = 0;
  #wake: () => void = () => {};

  constructor(child: ChildProcess) {
    this.child = child;
    createInterface(child.stderr!).on('line', (line) => {
      this.events.push(line);
      this.#wake();
    });
    const said = createInterface(child.stdout!);
    this.listening = within(once(said, 'line'), 'the daemon to listen').then(([line]) => {
      this.port = Number(/ port (\d+);/.exec(line as string)?.[1]);
      assert.ok(this.port > 0, `${line}\n${this.events.join('\n')}`);
    });
  }

  /** The nth event line that matches, once it was written. */
  async seen(pattern: RegExp, nth = 0): Promise<string> {
    for (;;) {
      const line = this.events.filter((each) => pattern.test(each))[nth];
      if (line !== undefined) return line;
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await within(woken, `an event like ${pattern}; seen:\n${this.events.join('\n')}`);
    }
  }

  /** All that a peer reads who asks for a command; strings are latin1. */
  async answer(
    t: TestContext,
    user: string,
    password: string,
    command: string,
    from?: string,
  ): Promise<string> {
    const peer = await this.ask(t, user, password, command, from);
    peer.halfClose();
    return peer.toEnd();
  }

  /** A peer that asked for a command, and may send more. */
  async ask(t: TestContext, user: string, password: string, command: string, from?: string): Promise<Peer> {
    const address = { host: '127.0.0.1', port: this.port, ...(from ? { localAddress: from } : {}) };
    const peer = await Peer.connect(t, address);
    await peer.send(`\0${user}\0${password}\0${command}\0`);
    return peer;
  }

  /** The true cause of a login that is refused; the peer reads what all refused peers read. */
  async refusal(t: TestContext, user: string, password: string): Promise<string> {
    const peer = await this.ask(t, user, password, 'echo ran');
    const port = peer.socket.localPort;
    assert.equal(await peer.toEnd(), '\x01Login incorrect.\n');
    const line = await this.seen(new RegExp(`REXECD-300 .*peer="127\\.0\\.0\\.1:${port}"`));
    return JSON.parse(/ cause=(".*")$/.exec(line)![1]!) as string;
  }
}
