import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { letGo, startProgram, takeOver } from '../../../lib/base/index.ts';
import { type SandboxSupport, sandboxSupport, startSandboxed } from '../../../lib/sandbox/index.ts';
import { startTrampoline } from '../../../lib/sandbox/start.ts';
import { type Scope, within } from '../../support/peer.ts';
import { ROOT } from '../../support/program.ts';

/** The account of programs in a sandbox when the specs run as root: `nobody`. */
export const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

const support = sandboxSupport();

/** Why no whole sandbox can be set up here; false if it can. */
export const noSandbox: string | false =
  (support.landlock < 6 && 'needs Linux with Landlock 6') || (!support.seccomp && 'needs Linux with seccomp');

export const WHOLE: SandboxSupport = { landlock: 6, seccomp: true };
export const NOTHING: SandboxSupport = { landlock: 0, seccomp: false };

/** The program that tries what it is asked for. */
export const PROGRAM = fileURLToPath(new URL('../../support/programs/sandboxed.ts', import.meta.url));

export const STDIO = ['ignore', 'ignore', 'pipe', 'ipc', 'pipe', 'pipe'] as const;
export const ACCOUNT = NOBODY ? { account: NOBODY } : {};

/** The program that tries what it is asked for, in a sandbox. It is killed with the test. */
export class Inside {
  readonly child: ChildProcess;
  readonly stderr: Promise<string>;
  /** The signal that it died of, or its status. */
  readonly ended: Promise<string>;

  constructor(t: Scope, child: ChildProcess) {
    this.child = child;
    this.stderr = text(child.stderr!);
    this.ended = once(child, 'exit').then(([code, signal]) => signal ?? `exit ${code}`);
    t.after(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await within(this.ended, 'the program to end');
    });
  }

  /** Once it is ready. */
  static of(t: Scope, child: ChildProcess): Promise<Inside> {
    return new Inside(t, child).#ready();
  }

  /** With the seat belts of Node too: what a program of this package gets. */
  static async belted(t: Scope, packages: readonly string[] = []): Promise<Inside> {
    return Inside.of(t, startSandboxed(PROGRAM, { ...ACCOUNT, stdio: STDIO, packages }));
  }

  /** Without Node's own, which code of an attacker passes by. */
  static async start(t: Scope, promised: SandboxSupport = WHOLE): Promise<Inside> {
    const readable = [PROGRAM, `${ROOT}package.json`];
    const plan = { ...ACCOUNT, promised, argv: [process.execPath, PROGRAM], variables: {}, readable };
    return Inside.of(t, startTrampoline(STDIO, plan));
  }

  /** As root, with nothing taken away. */
  static async root(t: Scope): Promise<Inside> {
    return Inside.of(t, startProgram(PROGRAM, [...STDIO]));
  }

  async #ready(): Promise<this> {
    assert.equal(await this.#said(), 'ready');
    return this;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** A field of /proc/PID/status. */
  status(name: string): string {
    const status = readFileSync(`/proc/${this.pid}/status`, 'latin1');
    return new RegExp(`^${name}:[\\t ]*(.*?) *$`, 'm').exec(status)![1]!;
  }

  /** What it says after it tried: `done`, or the code of an error, or the signal that it died of. */
  async tries(act: string, given: unknown = null, socket?: Socket): Promise<string> {
    const departing = socket && letGo(socket)!.departing;
    this.child.send({ act, given }, departing?.handle, {}, () => departing?.close());
    return this.#said();
  }

  /** Gives it a connection, and takes it back. */
  async returns(socket: Socket): Promise<Socket> {
    const comesBack = once(this.child, 'message');
    assert.equal(await this.tries('giveBack', null, socket), 'given back');
    const [, handle] = await comesBack;
    return takeOver(handle);
  }

  /** A line through its descriptors 4 and 5. */
  async repeats(line: string): Promise<string> {
    const [, , , , into, from] = this.child.stdio as unknown as (Duplex & Readable)[];
    into!.write(line);
    const [bytes] = await within(once(from!, 'data'), 'the line');
    return String(bytes);
  }

  async #said(): Promise<string> {
    const said = once(this.child, 'message').then(([message]) => message as string);
    return within(Promise.race([said, this.ended]), 'an answer');
  }
}
