import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { BackOff, reasonOf, within } from '../../base/index.ts';
import type { Events } from '../../events/index.ts';
import { PanelProcess } from './panel-process.ts';
import type { PanelPlace } from './place.ts';
import type { Verbs } from './verbs.ts';

const START_SECONDS = 40;
/** Time to end, once it has said its last. */
const LAST_SECONDS = 5;
/** Connections that wait for a process. */
const MOST_WAITING = 64;

/**
 * One process of the panel at a time: when it ends by itself, another one follows. A connection that it had not taken by
 * then waits for the next one.
 */
export class PanelProcesses {
  readonly #begin: () => ChildProcess;
  readonly #verbs: Verbs;
  readonly #place: PanelPlace;
  readonly #events: Events;
  readonly #backOff = new BackOff();
  #process: PanelProcess | undefined;
  #waiting: Socket[] = [];
  /** Connections that a process did not take before it ended. */
  readonly #untaken = new WeakSet<Socket>();
  #timer: NodeJS.Timeout | undefined;
  #ending = false;

  constructor(begin: () => ChildProcess, verbs: Verbs, place: PanelPlace, events: Events) {
    this.#begin = begin;
    this.#verbs = verbs;
    this.#place = place;
    this.#events = events;
  }

  /** Starts the first one. @throws Error if it does not start; nothing follows */
  async start(): Promise<void> {
    const first = this.#follow();
    await within(START_SECONDS, first.started);
    if (first.usable) return;
    throw new Error(`cannot start: ${(await within(LAST_SECONDS, first.gone)) ?? 'it does not answer'}`);
  }

  /** A connection that nothing was read of. One too many is closed. */
  give(socket: Socket): void {
    if (this.#process?.usable) this.#process.give(socket);
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(socket);
    else socket.destroy();
  }

  async end(): Promise<void> {
    this.#ending = true;
    clearTimeout(this.#timer);
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    await this.#process?.end();
  }

  #follow(): PanelProcess {
    const process = new PanelProcess(this.#begin, this.#verbs);
    this.#backOff.start();
    this.#process = process;
    process.say({ say: 'terms', hosts: [...this.#place.hosts], place: String(this.#place.port) });
    process.gone.then((cause) => this.#ended(process, cause)).catch(() => {}); // it never rejects
    for (const socket of this.#waiting.splice(0)) process.give(socket);
    return process;
  }

  #ended(process: PanelProcess, cause: string): void {
    if (this.#ending) return;
    this.#process = undefined;
    for (const socket of process.takeBack()) {
      if (this.#untaken.has(socket))
        socket.destroy(); // two processes had their chance
      else this.give(socket);
      this.#untaken.add(socket);
    }
    this.#backOff.ended();
    this.#events.emit('panelDied', { pid: process.pid, cause });
    this.#later();
  }

  #later(): void {
    this.#timer = setTimeout(() => this.#again(), this.#backOff.wait).unref();
  }

  #again(): void {
    try {
      this.#follow();
    } catch (error) {
      this.#events.emit('panelFailed', { listen: this.#place.listen, cause: reasonOf(error) });
      this.#backOff.ended();
      this.#later();
    }
  }
}
