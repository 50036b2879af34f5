import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { LauncherName } from '../../lib/launch/index.ts';
import { PASSWORD } from '../support/daemon/daemon.ts';
import type { Machine, RunningDaemon } from '../support/machine/machine.ts';
import { eventually } from '../support/peer.ts';
import { childrenOf } from '../support/program.ts';
import type { Target } from './scenarios.ts';

export const LAUNCHERS: readonly LauncherName[] = ['execa', 'posix-spawn'];

/** What must not grow. Of the daemon's process unless it says otherwise; its helpers are for logins, and hosts. */
export interface Figures {
  readonly descriptors: number;
  readonly 'descriptors of its helpers': number;
  readonly 'memory in use, KiB': number;
  readonly 'resident memory, KiB': number;
  readonly helpers: number;
  readonly 'other children': number;
  readonly zombies: number;
  readonly 'processes of commands': number;
  readonly 'process groups of commands': number;
}

/** Of accounts that no other process has, also where two soaks run. */
const FIRST_UID = 54_400 + LAUNCHERS.length * (process.pid % 5000);
const PROBE = pathToFileURL(join(import.meta.dirname, 'probe.ts')).href;
const FLAGS = ['--refusal-seconds', '0.02', '--drain-seconds', '0.3', '--kill-seconds', '0.3'];
const MANY = ['--lockout-failures', '0', '--max-connections', '500', '--control', 'off'];
const QUIET = ['--log-level', 'warn', '--log-sinks', 'file', '--log-file'];

/** The real program as root on a machine of its own, its users' passwords with PAM, and what it is made of. */
export class SoakedDaemon {
  readonly launcher: LauncherName;
  readonly target: Target;
  readonly log: string;
  readonly #running: RunningDaemon;
  readonly #folder: string;
  readonly #uid: number;

  private constructor(
    running: RunningDaemon,
    launcher: LauncherName,
    target: Target,
    folder: string,
    uid: number,
  ) {
    this.launcher = launcher;
    this.target = target;
    this.log = join(folder, 'log');
    this.#running = running;
    this.#folder = folder;
    this.#uid = uid;
  }

  static async start(machine: Machine, launcher: LauncherName): Promise<SoakedDaemon> {
    const folder = mkdtempSync(join(tmpdir(), 'rexec-soak-'));
    const user = `soak-${launcher}`;
    const uid = FIRST_UID + LAUNCHERS.indexOf(launcher);
    machine.addQuickUser(user, PASSWORD, '--shell', '/bin/sh', '--uid', String(uid));
    const running = await machine.rexecd({
      service: 'auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_unix.so',
      flags: [
        ...FLAGS,
        ...MANY,
        ...QUIET,
        join(folder, 'log'),
        '--launcher',
        launcher,
        '--host-idle-seconds',
        '1',
      ],
      through: ['env', `SOAK_PROBE=${join(folder, 'memory')}`, `NODE_OPTIONS=--import=${PROBE}`],
      quiet: true,
    });
    return new SoakedDaemon(running, launcher, { port: running.port, user, password: PASSWORD }, folder, uid);
  }

  get pid(): number {
    return this.#running.child.pid!;
  }

  /** Everything is what it is between peers: no process of a command is left, and nothing changes any more. */
  async quiet(): Promise<void> {
    let [before, same] = ['', 0];
    const end = performance.now() + 30_000;
    while (same < 15) {
      // hosts that were started for the load end after a second
      await delay(100);
      const left = commandsOf(this.#uid);
      const lines = left.map(({ line }) => line.replaceAll('\0', ' ')).join();
      const children = processesUnder(this.pid).map(({ pid }) => pid);
      const now = `${descriptorsOf(this.pid)} descriptors, children ${children}, commands ${lines}`;
      same = now === before && left.length === 0 ? same + 1 : 0;
      before = now;
      if (performance.now() > end) throw new Error(`${this.launcher} is not quiet: ${now}`);
    }
  }

  async figures(): Promise<Figures> {
    const children = processesUnder(this.pid);
    const helpers = children.filter(({ line }) => HELPER.test(line)).map(({ pid }) => pid);
    const commands = commandsOf(this.#uid);
    const memory = await this.#memoryInUse();
    return {
      descriptors: descriptorsOf(this.pid),
      'descriptors of its helpers': helpers.reduce((sum, pid) => sum + descriptorsOf(pid), 0),
      'memory in use, KiB': Math.round(memory / 1024),
      'resident memory, KiB': Number(statusOf(this.pid, 'VmRSS').split(' ')[0]),
      helpers: helpers.length,
      'other children': children.length - helpers.length,
      zombies: children.filter(({ state }) => state === 'Z').length,
      'processes of commands': commands.length,
      'process groups of commands': new Set(commands.map(({ group }) => group)).size,
    };
  }

  /** Makes it read its settings again. */
  reload(): void {
    process.kill(this.pid, 'SIGHUP');
  }

  /** Lines of its log that tell of a defect of ours. */
  get defects(): string[] {
    const lines = globSync(`${this.log}*`).flatMap((file) => readFileSync(file, 'utf8').split('\n'));
    return [...lines, ...this.#running.events].filter((line) => /REXECD-9\d\d|REXECD-303/.test(line));
  }

  end(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #memoryInUse(): Promise<number> {
    const file = join(this.#folder, 'memory');
    rmSync(file, { force: true });
    process.kill(this.pid, 'SIGUSR2');
    let bytes = 0;
    await eventually(() => {
      try {
        bytes = Number(readFileSync(file, 'latin1'));
      } catch {}
      return bytes > 0;
    }, 'the daemon tells its memory');
    return bytes;
  }
}

interface Process {
  readonly pid: number;
  readonly state: string;
  readonly group: number;
  readonly line: string;
}

/** A process, or undefined when it is gone. */
function processOf(pid: string): Process | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
    const [state = '', , group] = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /, '')
      .split(' ');
    return { pid: Number(pid), state, group: Number(group), line };
  } catch {
    return undefined;
  }
}

const isThere = (process: Process | undefined): process is Process => process !== undefined;

const processesUnder = (pid: number): Process[] => childrenOf(pid).map(String).map(processOf).filter(isThere);

/** A helper of the daemon by its command line; a host that is a user's is called by its name. */
const HELPER = /(helper|host)-program|^rexecd: /;

/** Processes of an account's commands. */
const commandsOf = (uid: number): Process[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && statusOf(Number(name), 'Uid').startsWith(`${uid}\t`))
    .map(processOf)
    .filter(isThere)
    .filter(({ line }) => !HELPER.test(line));

const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

function statusOf(pid: number, field: string): string {
  try {
    return (
      new RegExp(`^${field}:\\s+(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? ''
    );
  } catch {
    return '';
  }
}
