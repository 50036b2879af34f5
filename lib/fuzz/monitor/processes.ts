import { setImmediate as nextTurn } from 'node:timers/promises';
import { HostedRun, HostProcess, hostChild } from '../../hosts/index.ts';
import { ownIdentity } from '../../login/index.ts';
import { ReaderProcess } from '../../readers/index.ts';
import { bytesOf, type Speaker } from './messages.ts';
import { StandIn } from './stand-in.ts';

/** What root sees readers and hosts by. */
export interface Monitor {
  readonly reader: (...words: ConstructorParameters<typeof ReaderProcess>) => ReaderProcess;
  readonly host: (...words: ConstructorParameters<typeof HostProcess>) => HostProcess;
  readonly run: (...words: ConstructorParameters<typeof HostedRun>) => HostedRun;
}

export const MONITOR: Monitor = {
  reader: (...words) => new ReaderProcess(...words),
  host: (...words) => new HostProcess(...words),
  run: (...words) => new HostedRun(...words),
};

export const IDENTITY = ownIdentity();
/** What a host answers that has become a user without a PAM session. */
const BECAME = {
  opened: { environment: {}, limits: {}, ownLimits: {}, umask: 0o22, niceness: 0, loginUid: '' },
  spoilt: false,
};
const DESCRIPTORS = 1024;
const BECOME_SECONDS = 10;
const PATIENCE_MS = 1000;
const LEAST_TURNS = 1000;
const TURNS = 4; // of the event loop, for promises that follow each other

/** The reader and the host of a session: what root has of them, and the stand-ins that the fuzzer speaks for. */
export class Processes {
  readonly reader: ReaderProcess;
  readonly host: HostProcess;
  /** Rules that the reader was reported for. */
  readonly blamed: string[] = [];
  readonly #reader = new StandIn('pair');
  readonly #host = new StandIn('channel');

  constructor(monitor: Monitor) {
    this.reader = monitor.reader({
      start: () => this.#reader.process,
      descriptors: DESCRIPTORS,
      wait: 0,
      misbehaved: (_, cause) => this.blamed.push(cause),
      ended: () => {},
      turnAway: async (socket) => {
        socket.destroy();
      },
    });
    this.host = monitor.host((hear) => hostChild(() => this.#host.process, hear), {
      silent: () => {},
      abandoned: () => {},
    });
  }

  /** Has the reader started, and the host become its user. */
  async begin(): Promise<void> {
    this.#host.on('order', ({ say, number, question }) => {
      if (say === 'ask' && question.say === 'become')
        this.#host.say(bytesOf({ said: { say: 'answer', number, answer: BECAME }, secret: 0 }, 'host'));
    });
    const ready = { said: { say: 'ready' }, secret: 0 };
    for (const line of ['reader', 'host'] as const) this.#standIn(line).say(bytesOf(ready, line));
    const owner = { identity: IDENTITY, service: undefined };
    await this.host.become(owner, '', { loginSeconds: BECOME_SECONDS });
    await this.quiet();
  }

  /** What a process was ordered, in this order. */
  orders(line: Speaker['line']): string[] {
    return this.#standIn(line).orders.map(({ say }) => say);
  }

  /** Number of the last question that a process was asked. */
  question(line: Speaker['line']): number {
    return Math.max(1, ...this.#standIn(line).orders.map(({ number = 0 }) => number));
  }

  /** Says it by a line. Resolves when it was heard, and all that follows from it has happened. */
  async say(line: Speaker['line'], bytes: Buffer): Promise<void> {
    this.#standIn(line).say(bytes);
    await this.quiet();
  }

  async exit(line: Speaker['line']): Promise<void> {
    this.#standIn(line).exit();
    await this.quiet();
  }

  /** Resolves when what was said has been heard, and promises that follow each other are settled. */
  async quiet(): Promise<void> {
    const isQuiet = () => this.#reader.quiet && this.#host.quiet;
    await until(isQuiet);
    for (let turn = 0; turn < TURNS; turn += 1) await nextTurn();
    await until(isQuiet); // a process may have been ended for it
    await nextTurn();
  }

  /** Ends both. Resolves when root has seen it. */
  async end(): Promise<void> {
    for (const each of [this.#reader, this.#host]) each.exit();
    await Promise.all([this.reader.end(), this.host.end()]);
  }

  #standIn(line: Speaker['line']): StandIn {
    return line === 'reader' ? this.#reader : this.#host;
  }
}

/** Waits for what takes turns of the event loop and next to no time; by turns, too, for a machine that stops now and then. */
export async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (let turn = 0; !holds() && (turn < LEAST_TURNS || performance.now() < end); turn += 1) await nextTurn();
}
