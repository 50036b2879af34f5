import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Machine, noMachine } from '../../spec/support/machine/machine.ts';
import type { Bench } from '../question.ts';

export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

/** The account of the machine that peers log in to. */
export const ACCOUNT = { user: 'rexecbench', password: 'b3nch.mark' } as const;

/** What every peer and every command of it starts with. */
const ENVIRONMENT = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];

const START_MS = 20_000;
const FIRST_UID = 30_000; // of more accounts

/**
 * Where peers are started. As root a machine of its own, as the specs have it: this one, but with an account that is
 * thrown away, MD5 hashes and sh as root's shell, all in a private /etc. Else this machine as it is.
 */
export class Host {
  readonly shell: string;
  readonly home: string;
  readonly #machine: Machine | undefined;

  private constructor(machine: Machine | undefined) {
    this.#machine = machine;
    this.shell = machine ? '/bin/sh' : (userInfo().shell ?? '/bin/sh');
    this.home = userInfo().homedir;
  }

  static async open(bench: Bench): Promise<Host> {
    if (noMachine) return new Host(undefined);
    const machine = await Machine.make();
    bench.defer(() => machine.end());
    const { user, password } = ACCOUNT;
    const hash = machine.run('perl', ['-e', 'print crypt(<STDIN>, q($1$rexecben$))'], password);
    const account = ['--create-home', '--base-dir', '/srv/home', '--shell', '/bin/sh', '--password', hash];
    machine.run('useradd', [...account, '--', user]);
    // bash reads ~/.bashrc whenever its stdin is a socket, and that is not ours to measure.
    machine.run('usermod', ['--shell', '/bin/sh', 'root']);
    machine.shell('mount -t tmpfs -o mode=755 tmpfs /run && mkdir -m 755 /run/sshd'); // control sockets of its own
    return new Host(machine);
  }

  /** Why there are no accounts to log in to; false where there are. */
  static readonly noAccounts: string | false = noMachine;

  /** Starts a program that is killed with this one, whatever happens, and when the question is answered. */
  start(
    bench: Bench,
    file: string,
    words: readonly string[],
    environment: readonly string[] = [],
  ): ChildProcess {
    const all = ['-i', `HOME=${this.home}`, ...ENVIRONMENT, ...environment, file, ...words];
    const child = this.#machine
      ? this.#machine.start('env', ...all)
      : spawn('setpriv', ['--pdeathsig', 'KILL', 'env', ...all], {
          stdio: ['ignore', 'pipe', 'pipe'],
          cwd: ROOT,
        });
    const ended = once(child, 'exit');
    bench.defer(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    return child;
  }

  /** Adds that many accounts with the password and the home of {@link ACCOUNT}; their names. */
  addAccounts(count: number): string[] {
    const { user } = ACCOUNT;
    const names = Array.from({ length: count }, (_, at) => `${user}${at}`);
    const hash = this.script(`getent shadow ${user} | cut -d: -f2`).trim();
    const entries = names.map((name, at) => `${name}:x:${FIRST_UID + at}:100::/srv/home/${user}:/bin/sh\n`);
    const secrets = names.map((name) => `${name}:${hash}:20000:0:99999:7:::\n`);
    this.#append('/etc/passwd', entries);
    this.#append('/etc/shadow', secrets);
    return names;
  }

  #append(file: string, lines: readonly string[]): void {
    this.#machine!.run('tee', ['--append', file], lines.join(''));
  }

  /** Runs a script as root on a machine of its own. */
  script(text: string): string {
    if (!this.#machine) throw new Error(`no machine of its own: ${Host.noAccounts}`);
    return this.#machine.shell(text);
  }
}

/** The first line a program says, once it does. @throws Error with what it said on standard error instead */
export async function firstLine(child: ChildProcess): Promise<string> {
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const over = new AbortController();
  const line = once(createInterface(child.stdout!), 'line', { signal: over.signal }).then(
    ([text]) => text as string,
  );
  const ended = once(child, 'exit', { signal: over.signal }).then(() => undefined);
  const late = delay(START_MS, undefined, { signal: over.signal });
  const settled = Promise.allSettled([line, ended, late]);
  const first = await Promise.race([line, ended, late]);
  over.abort();
  await settled;
  child.stdout!.resume();
  if (first === undefined) throw new Error(`${child.spawnargs.join(' ')} did not start: ${said.trim()}`);
  return first;
}

/** The port that a program says it listens on. */
export async function portOf(child: ChildProcess): Promise<number> {
  const line = await firstLine(child);
  const [, port] = / port (\d+)/.exec(line) ?? [];
  if (port === undefined) throw new Error(`${child.spawnargs.join(' ')} said: ${line}`);
  return Number(port);
}
