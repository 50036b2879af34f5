import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProgram } from '../base/index.ts';
import type { EventFields, EventName } from '../events/index.ts';
import { letGo } from '../launch/index.ts';
import { type Message, MessageReader } from '../messages/index.ts';
import { endGrant, type SessionOptions, type SessionSummary } from '../orchestrator/index.ts';
import type { Settings } from '../settings/index.ts';
import { RemoteSession } from './remote-session.ts';
import { type Order, type Report, SECRET_LINE, type VerifyQuestion } from './worker-protocol.ts';

const PROGRAM = fileURLToPath(new URL(`./worker-program${extname(import.meta.filename)}`, import.meta.url));

/** One process that runs sessions; what it asks and tells is answered and written here. */
export class Worker {
  readonly #events: SessionOptions['events'];
  readonly #child: ChildProcess;
  readonly #sessions = new Map<string, RemoteSession>();
  readonly #refusals = new Map<number, AbortController>(); // logins that are being checked
  readonly #summaries = new Map<number, (summary: SessionSummary | undefined) => void>();
  #lastAsk = 0;
  #alive = true;
  /** Resolves with the cause when the process is gone. */
  readonly gone: Promise<string>;

  constructor(settings: Settings, events: SessionOptions['events']) {
    this.#events = events;
    this.#child = startProgram(PROGRAM, ['ignore', 'ignore', 'inherit', 'pipe', 'ipc']);
    this.gone = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(this.#lost(`cannot start: ${error.message}`)));
      this.#child.once('exit', (code, signal) => resolve(this.#lost(`${signal ?? `exit status ${code}`}`)));
    });
    this.#child.on('message', (told: Report) => this.#hear(told));
    const reader = new MessageReader();
    const secrets = this.#child.stdio[SECRET_LINE] as Socket;
    secrets.on('error', () => {}); // it died: 'exit' tells
    secrets.on('data', (chunk: Buffer) => {
      for (const message of reader.push(chunk)) this.#verify(message).catch((error) => this.#broken(error));
    });
    this.say({ say: 'settings', settings });
  }

  get alive(): boolean {
    return this.#alive;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** How many sessions it has. */
  get load(): number {
    return this.#sessions.size;
  }

  /** The connection is the worker's from the session's {@link RemoteSession.run} on; `options` are for its login. */
  session(connection: Socket, options: SessionOptions): RemoteSession {
    const session = new RemoteSession(this, connection, options);
    this.#sessions.set(session.id, session);
    return session;
  }

  say(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => {}); // where it is gone, 'exit' tells
  }

  /** Gives a session its connection. */
  hand(id: string, connection: Socket): void {
    const close = () => {
      connection.destroy();
    };
    const handle = letGo(connection);
    if (!this.#child.connected || handle === undefined) return close();
    this.#child.send({ say: 'serve', id } satisfies Order, handle as Socket, close);
  }

  /** Undefined for a session that has ended. */
  summary(id: string): Promise<SessionSummary | undefined> {
    this.#lastAsk += 1;
    const ask = this.#lastAsk;
    this.say({ say: 'summary', id, ask });
    return this.#alive
      ? new Promise((resolve) => this.#summaries.set(ask, resolve))
      : Promise.resolve(undefined);
  }

  /** Ends the process, whose sessions have ended. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.gone;
  }

  #hear(told: Report): void {
    if (told.say === 'event')
      this.#events.emit(told.name as EventName, told.fields as EventFields<EventName>);
    else if (told.say === 'over') this.#over(told.id);
    else if (told.say === 'gone') this.#refusals.get(told.ask)?.abort(told.say);
    else {
      this.#summaries.get(told.ask)?.(told.summary);
      this.#summaries.delete(told.ask);
    }
  }

  async #verify({ body, secret }: Message): Promise<void> {
    const { ask, session: id, user, address } = body as VerifyQuestion;
    const session = this.#sessions.get(id);
    if (!session) return void secret.fill(0);
    const peerGone = new AbortController();
    this.#refusals.set(ask, peerGone);
    try {
      const { end, ...grant } = await session.options.login.verify(
        { user, secret, address },
        peerGone.signal,
      );
      const ended = async () => end && endGrant(this.#events, { session: id, user }, { ...grant, end });
      if (session.isOver) await ended();
      else session.onOver = ended;
      this.say({ say: 'verdict', ask, verdict: { grant } });
    } catch (error) {
      this.say({ say: 'verdict', ask, verdict: { cause: (error as Error).message } });
    } finally {
      this.#refusals.delete(ask);
    }
  }

  #over(id: string): void {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    session?.over().catch((error) => this.#broken(error, id));
  }

  #broken(error: Error, session = 'none'): void {
    this.#events.emit('sessionBroken', { session, cause: error.stack ?? error.message });
  }

  #lost(cause: string): string {
    this.#alive = false;
    for (const each of this.#refusals.values()) each.abort(cause);
    for (const answer of this.#summaries.values()) answer(undefined);
    for (const id of [...this.#sessions.keys()]) this.#over(id);
    return cause;
  }
}
