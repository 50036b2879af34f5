import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Peer, type Scope, within } from '../peer.ts';
import { childrenOf, ROOT } from '../program.ts';

/** A private copy of /etc and an empty /srv, in a mount namespace that ends with its holder. */
const SET_UP = `
  set -e
  mount -t tmpfs -o mode=755 tmpfs /srv
  mkdir /srv/etc && cp -a /etc/. /srv/etc && mount --bind /srv/etc /etc
  mkdir -m 755 /srv/home
`;
const HOLD = 'echo ready; exec cat';

/** Processes and a /run of its own too; the first process buries the dead, and its end is that of all others. */
const HOLD_PROCESSES = `
  mount -t tmpfs -o mode=755 tmpfs /run
  echo ready
  exec 3<&0
  cat <&3 &
  wait
`;
const OWN_PROCESSES = ['--pid', '--fork', '--mount-proc', '--kill-child'];

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

/** Programs that wait for the one they start. */
const STARTERS = ['nsenter', 'unshare'];

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
  readonly #ownProcesses: boolean;
  readonly #daemons: ChildProcess[] = [];
  readonly #hashes = new Map<string, string>();

  private constructor(holder: ChildProcess, ownProcesses: boolean) {
    this.#holder = holder;
    this.#ownProcesses = ownProcesses;
  }

  /**
   * With processes of its own, what its users do to each process they can reach stays inside, and {@link end} kills all
   * that is left, whatever state it is in.
   */
  static async make({ ownProcesses = false }: { readonly ownProcesses?: boolean } = {}): Promise<Machine> {
    const [more, hold] = ownProcesses ? [OWN_PROCESSES, HOLD_PROCESSES] : [[], HOLD];
    const words = ['--mount', '--propagation', 'private', ...more, 'sh', '-c', SET_UP + hold];
    const holder = spawn('unshare', words, {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true, // Ctrl-C is for others: it ends with its stdin
    });
    const [line] = await within(once(createInterface(holder.stdout!), 'line'), 'the machine');
    assert.equal(line, 'ready');
    return new Machine(holder, ownProcesses);
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
    const words = [
      '-debug',
      '--port',
      '0',
      '--reader-account',
      'nobody',
      '--pam-service',
      pamService,
      ...(quiet ? [] : LOUD),
      ...flags,
    ];
    const [file = '', ...rest] = [...through, process.execPath, `${ROOT}lib/cli/rexecd.ts`, ...words];
    const daemon = new RunningDaemon(this.start(file, ...rest));
    await daemon.listening;
    return daemon;
  }

  /** Starts a program on the machine, as root. It is killed with the process that started it, if not ended before. */
  start(file: string, ...words: string[]): ChildProcess {
    const [setpriv, ...killed] = ['setpriv', '--pdeathsig', 'KILL'];
    const inside = [...killed, ...this.entry, setpriv!, ...killed, file, ...words];
    const child = spawn(setpriv!, inside, { stdio: ['ignore', 'pipe', 'pipe'], cwd: ROOT });
    this.#daemons.push(child);
    return child;
  }

  async end(): Promise<void> {
    for (const child of this.#daemons) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill(this.#ownProcesses ? 'SIGKILL' : 'SIGTERM');
      await within(once(child, 'exit'), 'the daemon to stop');
    }
    this.#holder.stdin!.end();
    await within(once(this.#holder, 'exit'), 'the machine to end');
  }

  /** A program and its words after these run on the machine, as root. */
  get entry(): string[] {
    return ['nsenter', ...this.#inside];
  }

  /** A process that lives as long as the machine. */
  get #first(): number {
    return this.#ownProcesses ? childrenOf(this.#holder.pid!)[0]! : this.#holder.pid!;
  }

  /** Where a path of the machine is for the processes of this one. */
  outside(path: string): string {
    return `/proc/${this.#first}/root${path}`;
  }

  get #inside(): string[] {
    const spaces = this.#ownProcesses ? ['--mount', '--pid'] : ['--mount'];
    return [...spaces, `--target=${this.#first}`, `--wd=${ROOT}`, '--'];
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
    const ended = once(child, 'exit').then(() => [`it ended with ${child.exitCode ?? child.signalCode}`]);
    const first = Promise.race([once(said, 'line'), ended]);
    this.listening = within(first, 'the daemon to listen').then(([line]) => {
      this.port = Number(/ port (\d+);/.exec(line as string)?.[1]);
      assert.ok(this.port > 0, `${line}\n${this.events.join('\n')}`);
    });
  }

  /** Its own, whatever started it. */
  get pid(): number {
    let pid = this.child.pid!;
    while (STARTERS.includes(readFileSync(`/proc/${pid}/comm`, 'latin1').trim())) pid = childrenOf(pid)[0]!;
    return pid;
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
  async answer(t: Scope, user: string, password: string, command: string, from?: string): Promise<string> {
    const peer = await this.ask(t, user, password, command, from);
    peer.halfClose();
    return peer.toEnd();
  }

  /** A peer that asked for a command, and may send more. */
  async ask(t: Scope, user: string, password: string, command: string, from?: string): Promise<Peer> {
    const address = { host: '127.0.0.1', port: this.port, ...(from ? { localAddress: from } : {}) };
    const peer = await Peer.connect(t, address);
    await peer.send(`\0${user}\0${password}\0${command}\0`);
    return peer;
  }

  /** The true cause of a login that is refused; the peer reads what all refused peers read. */
  async refusal(t: Scope, user: string, password: string): Promise<string> {
    const peer = await this.ask(t, user, password, 'echo ran');
    const port = peer.socket.localPort;
    assert.equal(await peer.toEnd(), '\x01Login incorrect.\n');
    const line = await this.seen(new RegExp(`REXECD-300 .*peer="127\\.0\\.0\\.1:${port}"`));
    return JSON.parse(/ cause=(".*")$/.exec(line)![1]!) as string;
  }
}
