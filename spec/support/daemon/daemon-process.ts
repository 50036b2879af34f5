import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Layer } from '../../../lib/settings/index.ts';
import { within } from '../peer.ts';
import { cleanEnvironment } from '../program.ts';

const FILE = fileURLToPath(new URL('../programs/daemon-process.ts', import.meta.url));

export interface DaemonProcessOptions {
  /** Settings, and the shell of everybody's commands. */
  readonly settings?: Layer & { readonly shell?: string };
  /** A program that runs it, and its words. */
  readonly through?: readonly string[];
}

/** A daemon for everybody in a process of its own, which can be looked at from outside, and be ended in any state. */
export class DaemonProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: number;
  /** Lines that it wrote on its standard error: its events. */
  readonly events: readonly string[];

  readonly #said: Interface;

  private constructor(child: ChildProcess, said: Interface, pid: number, port: number, events: string[]) {
    this.child = child;
    this.#said = said;
    this.pid = pid;
    this.port = port;
    this.events = events;
  }

  static async start(t: TestContext, options: DaemonProcessOptions = {}): Promise<DaemonProcess> {
    const { settings = {}, through = [] } = options;
    const [file = '', ...words] = [
      ...through,
      process.execPath,
      '--expose-gc',
      FILE,
      JSON.stringify(settings),
    ];
    const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'pipe'], env: cleanEnvironment() });
    const events: string[] = [];
    createInterface(child.stderr).on('line', (line) => events.push(line));
    const said = createInterface(child.stdout);
    const [line] = await within(once(said, 'line'), `the port of the daemon: ${events.join('\n')}`);
    const { port, pid } = JSON.parse(line as string) as { port: number; pid: number };
    t.after(() => {
      if (child.exitCode === null && child.signalCode === null) process.kill(pid, 'SIGKILL');
    });
    return new DaemonProcess(child, said, pid, port, events);
  }

  /** Bytes in use, without garbage. */
  async memory(): Promise<number> {
    const said = once(this.#said, 'line');
    process.kill(this.pid, 'SIGUSR2');
    const [line] = await within(said, 'the memory of the daemon');
    return (JSON.parse(line as string) as { memory: number }).memory;
  }

  /** Open descriptors. */
  get descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }
}
