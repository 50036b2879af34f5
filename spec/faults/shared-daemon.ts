import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { PASSWORD } from '../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon, type Service } from '../support/machine/machine.ts';
import { listenForStderr, Peer, type Scope } from '../support/peer.ts';
import { isAlive } from '../support/program.ts';
import { install, noPrograms } from './attack-programs.ts';
import { inTime, SERVED_SECONDS, STOPPED_SECONDS, untilInTime } from './in-time.ts';

/** Why users who share a daemon cannot be had here; false if they can. */
export const noSharedDaemon: string | false = noMachine || noPrograms;

/** Bounds a suite and every test in it; what is waited for has bounds of its own. */
export const ATTACKED = { timeout: 240_000, skip: noSharedDaemon } as const;

const CONTROL = '/srv/control/socket';
const STOPPING = ['--stop-seconds', '0.3', '--kill-seconds', '0.3'];
const FLAGS = [...QUICK, ...STOPPING, '--control', CONTROL];

/** Limits of processes count by uid on the whole of this machine: each process that runs specs has its own. */
let nextUid = 300_000 + (process.pid % 50_000) * 20;

/** Name, state and real uid in /proc/PID/status. */
const STATUS = /^Name:\t(.*)\n[\s\S]*^State:\t(.)[\s\S]*^Uid:\t(\d+)/m;

/** What processes of the daemon are called: Node's main thread, whatever its version. */
const OWN_NAMES = ['MainThread', 'node', 'rexecd'];

/** A process that waits for a file system of a user, or for a lock that such a process holds. */
function waitsForFileSystem(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return (
      /^State:\tD/m.test(status) || readFileSync(`/proc/${pid}/wchan`, 'latin1') === 'request_wait_answer'
    );
  } catch {
    return false; // it is gone
  }
}

export interface Plan extends Service {
  readonly users?: readonly string[];
  /** Programs that the users find in /srv/bin. */
  readonly programs?: readonly string[];
  /** What root does on the machine before the daemon starts; a user's home is /srv/home/NAME. */
  readonly script?: string;
}

/** A machine with users who share a daemon. It ends with its test, and with it all that runs there. */
export class SharedDaemon {
  readonly machine: Machine;
  readonly daemon: RunningDaemon;
  readonly #t: Scope;
  readonly #processes: string; // the daemon's namespace
  readonly #ends: (() => void)[];

  private constructor(t: Scope, machine: Machine, daemon: RunningDaemon, ends: (() => void)[]) {
    this.#t = t;
    this.#ends = ends;
    this.#processes = readlinkSync(`/proc/${daemon.pid}/ns/pid`);
    this.machine = machine;
    this.daemon = daemon;
  }

  static async start(t: Scope, plan: Plan = {}): Promise<SharedDaemon> {
    const { users = ['ada', 'bob'], programs = [], script, flags = [], ...service } = plan;
    const machine = await Machine.make({ ownProcesses: true });
    const ends: (() => void)[] = [];
    t.after(async () => {
      for (const end of ends) end();
      await machine.end();
    });
    for (const user of users) machine.addQuickUser(user, PASSWORD, '--uid', String(nextUid++));
    machine.shell(`
      mkdir -m 755 /srv/bin
      mkdir -m 1777 /srv/shared
      install -m 666 /dev/null /srv/shared/unanswered
      mknod -m 666 /srv/fuse c 10 229 && mount --bind /srv/fuse /dev/fuse # as Debian's udev makes it
    `);
    install(programs, machine.outside('/srv/bin'));
    if (script !== undefined) machine.shell(script);
    const daemon = await machine.rexecd({ ...service, flags: [...FLAGS, ...flags] });
    return new SharedDaemon(t, machine, daemon, ends);
  }

  /** The same for all tests of a suite: for its before and after hooks. */
  static async startForSuite(plan: Plan): Promise<{ shared: SharedDaemon; end: () => Promise<unknown> }> {
    const ends: (() => unknown)[] = [];
    const end = () => Promise.all(ends.map((each) => each()));
    return { shared: await SharedDaemon.start({ after: (each) => void ends.push(each) }, plan), end };
  }

  /** A peer that asked for a command of a user; with a channel, stderr is its own connection. */
  ask(user: string, command: string): Promise<Peer> {
    return this.daemon.ask(this.#t, user, PASSWORD, command);
  }

  async askWithChannel(user: string, command: string): Promise<[peer: Peer, channel: Peer]> {
    const stderr = await listenForStderr(this.#t);
    const peer = await Peer.connect(this.#t, { host: '127.0.0.1', port: this.daemon.port });
    await peer.send(`${stderr.port}\0`);
    const channel = await stderr.accepted;
    await channel.send(Buffer.of(0));
    await peer.send(`${user}\0${PASSWORD}\0${command}\0`);
    return [peer, channel];
  }

  /** The peer of a session that was broken off reads its end. */
  async breaksOff(peer: Peer): Promise<void> {
    const end = peer.toEnd().catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
    assert.match(await inTime(SERVED_SECONDS, 'the end of the session', end), /^(?:|ECONNRESET)$/);
  }

  /** The whole answer to a command with an empty stdin, in time. */
  answer(user: string, command: string, seconds = SERVED_SECONDS): Promise<string> {
    const whole = this.ask(user, command).then(async (peer) => {
      peer.halfClose();
      return peer.toEnd();
    });
    return inTime(seconds, `${user}: ${command}`, whole);
  }

  /** A user gets a session in time, with stdin, stdout, stderr and exit status whole; over one connection and over two. */
  async serves(user = 'bob', when = 'now'): Promise<void> {
    const data = `${'0123456789abcdef'.repeat(2000)}\n`;
    const two = async () => {
      const [peer, channel] = await this.askWithChannel(user, 'id -un; cat; echo err >&2; exit 3');
      await peer.send(data);
      peer.halfClose();
      return Promise.all([peer.toEnd(), channel.toEnd()]);
    };
    const both = Promise.all([two(), this.answer(user, 'id -un')]);
    const answers = await inTime(SERVED_SECONDS, `a session of ${user}, ${when}`, both);
    assert.deepEqual(answers, [[`\0${user}\n${data}`, 'err\n\0exit 3\n'], `\0${user}\n`]);
  }

  /** What an order to the daemon says, in time. */
  async order(...words: string[]): Promise<string> {
    const child = this.machine.start(process.execPath, 'lib/cli/rexecd.ts', ...words, '--control', CONTROL);
    const said = Promise.all([text(child.stdout!), text(child.stderr!)]);
    const [stdout, stderr] = await inTime(SERVED_SECONDS, `rexecd ${words.join(' ')}`, said);
    return stdout + stderr;
  }

  /** What has to be done before the machine can end. */
  beforeEnd(end: () => void): void {
    this.#ends.push(end);
  }

  /** Orders the end of a session. */
  async end(id: string): Promise<void> {
    assert.match(await this.order('kill', id), new RegExp(`^(?!rexecd: ).*${id}`));
  }

  /** Ids of the sessions of a user. */
  async sessionsOf(user: string): Promise<string[]> {
    const sessions = JSON.parse(await this.order('sessions', '--json')) as { id: string; user: string }[];
    return sessions.filter((each) => each.user === user).map(({ id }) => id);
  }

  /** SIGTERM ends the daemon in time, and no process of its own outlives it, except where SIGKILL does not reach. */
  async stops(): Promise<void> {
    const { daemon } = this;
    const { child, pid } = daemon;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    process.kill(pid, 'SIGTERM');
    await inTime(STOPPED_SECONDS, 'the daemon to end after SIGTERM', gone);
    const left = async () =>
      (await this.processes()).filter(
        ({ pid, name }) => OWN_NAMES.includes(name) && !waitsForFileSystem(pid),
      );
    await this.until('no process of the daemon outlives it', async () => (await left()).length === 0);
  }

  /** Processes of the machine by the name of their program: pids of this one's numbering. */
  async processes(name?: string): Promise<{ pid: number; name: string; state: string; uid: number }[]> {
    const pids = (await readdir('/proc')).filter((each) => /^\d+$/.test(each));
    return pids.flatMap((each) => {
      try {
        if (readlinkSync(`/proc/${each}/ns/pid`) !== this.#processes) return [];
        const status = readFileSync(`/proc/${each}/status`, 'latin1');
        const [, comm = '', state = '', uid] = STATUS.exec(status)!;
        if (name !== undefined && comm !== name.slice(0, 15)) return [];
        return [{ pid: Number(each), name: comm, state, uid: Number(uid) }];
      } catch {
        return []; // it is gone
      }
    });
  }

  /** Has root mount a home, as spec/faults/programs/home-on-fuse.c tells. */
  async mountHome(user: string, kind: string): Promise<void> {
    const ids = this.machine.shell(`id -u ${user}; id -g ${user}`).trim().split('\n');
    const server = this.machine.start('/srv/bin/home-on-fuse', `/srv/home/${user}`, ...ids, kind);
    await inTime(SERVED_SECONDS, 'the mount', once(server.stdout!, 'data'));
  }

  /** Resolves once it holds, in time. */
  until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    return untilInTime(SERVED_SECONDS, what, holds);
  }

  /** Resolves once a process has ended. */
  gone(pid: number): Promise<void> {
    return this.until(`process ${pid} is gone`, () => !isAlive(pid));
  }

  /** Resolves once a file is there. */
  appears(path: string): Promise<void> {
    return this.until(`${path} is there`, () => existsSync(this.machine.outside(path)));
  }

  /** Resolves once a process of a program is in a state. */
  async inState(name: string, state: string): Promise<void> {
    const found = async () => (await this.processes(name)).some((each) => each.state === state);
    await this.until(`${name} in state ${state}`, found);
  }

  /** Resolves once so many questions to file systems were left without an answer. */
  unanswered(count = 1): Promise<void> {
    const file = this.machine.outside('/srv/shared/unanswered');
    return this.until(`${count} unanswered questions`, () => statSync(file).size >= count);
  }
}
