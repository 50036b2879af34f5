import type { Socket } from 'node:net';
import { newSessionId, type SessionOptions, type SessionSummary } from '../orchestrator/index.ts';
import type { LiveSession } from './live-session.ts';
import type { Order } from './worker-protocol.ts';

/** Where a session runs: its worker. */
interface Place {
  say(order: Order): void;
  hand(id: string, connection: Socket): void;
  summary(id: string): Promise<SessionSummary | undefined>;
}

/** A session that runs in a worker, as the daemon sees it. It ends if its worker dies. */
export class RemoteSession implements LiveSession {
  readonly id = newSessionId();
  readonly options: SessionOptions;
  /** What is left to do when the session has ended, before {@link run} resolves. */
  onOver: (() => Promise<unknown>) | undefined;
  readonly #place: Place;
  readonly #connection: Socket;
  readonly #over = Promise.withResolvers<void>();
  #isOver = false;

  constructor(place: Place, connection: Socket, options: SessionOptions) {
    this.#place = place;
    this.#connection = connection;
    this.options = options;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get summary(): Promise<SessionSummary | undefined> {
    return this.#place.summary(this.id);
  }

  run(): Promise<void> {
    this.#place.hand(this.id, this.#connection);
    return this.#over.promise;
  }

  stop(): void {
    this.#place.say({ say: 'stop', id: this.id });
  }

  async hangUp(): Promise<void> {
    this.#place.say({ say: 'hangUp', id: this.id });
    await this.#over.promise;
  }

  /** Told once by the worker, or for it when it died. */
  async over(): Promise<void> {
    this.#isOver = true;
    try {
      await this.onOver?.();
    } finally {
      this.#over.resolve();
    }
  }
}
