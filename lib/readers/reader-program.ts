import type { Socket } from 'node:net';
import type { ExitStatus } from '../../codec/index.ts';
import { Parent, type Secret, takeOver } from '../base/index.ts';
import { refusalFor } from '../connection/index.ts';
import { carry, LocalFront, type LocalVisit, readProxyHeader } from '../receive/index.ts';
import { failureOf } from './failure.ts';
import { ORDERS, type Order, QUESTIONS, type Report, systemClock } from './reader-protocol.ts';

const LINE = 4; // to rexecd

/** A visit, and what its session has said about it. */
interface Open {
  readonly visit: LocalVisit;
  readonly secure: boolean;
  /** Settled when the next field may be read, or will not be. */
  port: PromiseWithResolvers<void> | undefined;
  /** The session has refused the peer, or closed the connection. */
  decided: boolean;
  nearStderr: Socket | undefined;
  readonly ended: PromiseWithResolvers<ExitStatus | undefined>;
}

/** A reader: the only process that reads what peers send before they have logged in. It has no privilege. */
class Reader {
  readonly #front = new LocalFront();
  readonly #open = new Map<string, Open>();
  readonly #kept = new Map<string, Socket>(); // their headers were read
  readonly #say: (report: Report, secret?: Secret) => void;
  #drainSeconds = 0;

  constructor(say: (report: Report, secret?: Secret) => void) {
    this.#say = say;
  }

  async obey(order: Order, handle: unknown): Promise<void> {
    switch (order.say) {
      case 'terms': {
        const { tls, options } = order;
        this.#drainSeconds = options.drainSeconds;
        return this.#front.set(tls, options);
      }
      case 'unwrap':
        return this.#unwrap(order, handle);
      case 'visit':
        return this.#visit(order, handle);
      case 'forget':
        return void this.#connection({ kept: order.id })?.destroy();
      case 'turnAway': {
        const socket = this.#connection(order, handle);
        if (socket) await this.#front.turnAway(socket, order.secure, order.line, order.drainSeconds);
        return this.#say({ say: 'over', id: order.id });
      }
      default: {
        const open = this.#open.get(order.id); // it may be over already
        return open && this.#obey(order, open, handle);
      }
    }
  }

  async #unwrap({ id, seconds }: Extract<Order, { say: 'unwrap' }>, handle: unknown): Promise<void> {
    if (!handle) return; // it did not arrive
    const socket = takeOver(handle);
    socket.on('error', () => {}); // for its whole life: nothing reads it while it is kept
    try {
      const source = await readProxyHeader(socket, seconds);
      this.#kept.set(id, socket);
      this.#say({ say: 'unwrapped', id, source: source ?? null });
    } catch (error) {
      socket.destroy();
      this.#say({ say: 'failed', id, user: '', silent: false, failure: failureOf(error) });
    }
  }

  /** What an order is about; undefined if it did not arrive. */
  #connection({ kept }: { readonly kept?: string | undefined }, handle?: unknown): Socket | undefined {
    if (kept === undefined) return handle ? takeOver(handle) : undefined;
    const socket = this.#kept.get(kept);
    this.#kept.delete(kept);
    return socket;
  }

  async #visit(order: Extract<Order, { say: 'visit' }>, handle: unknown): Promise<void> {
    const socket = this.#connection(order, handle);
    if (!socket) return;
    const { id, secure, since } = order;
    const visit = this.#front.visit(id, socket, secure, systemClock() - since);
    const open: Open = {
      visit,
      secure,
      port: undefined,
      decided: false,
      nearStderr: undefined,
      ended: Promise.withResolvers(),
    };
    this.#open.set(id, open);
    if (visit.gone.aborted) this.#gone(id);
    else visit.gone.addEventListener('abort', () => this.#gone(id), { once: true });
    const onPort = (port: number, muxed: boolean): Promise<void> => {
      open.port = Promise.withResolvers();
      this.#say({ say: 'port', id, port, muxed });
      return open.port.promise;
    };
    try {
      const { user, secret, command, certificate } = await visit.receive(onPort);
      const request = { user: user.toString('base64'), command: command.toString('base64') };
      this.#say(
        { say: 'request', id, ...request, ...(certificate !== undefined && { certificate }) },
        secret,
      );
    } catch (error) {
      if (open.decided) return;
      const { silent, user } = visit;
      this.#say({ say: 'failed', id, user: user.toString('base64'), silent, failure: failureOf(error) });
      await this.#refuse(id, visit, refusalFor(error, silent));
    }
  }

  async #obey(
    order: Exclude<Order, { say: 'terms' | 'unwrap' | 'forget' | 'visit' | 'turnAway' }>,
    open: Open,
    handle: unknown,
  ) {
    const { id } = order;
    const { visit } = open;
    switch (order.say) {
      case 'proceed':
        return open.port?.resolve();
      case 'refuse':
        this.#decide(open);
        return this.#refuse(id, visit, order.line);
      case 'release':
        return this.#release(id, open);
      case 'carryStderr':
        open.nearStderr = handle ? takeOver(handle) : undefined;
        return;
      case 'carry':
        return this.#carry(id, open, handle);
      case 'ended':
        return open.ended.resolve(order.status ?? undefined);
      case 'close':
        this.#decide(open);
        return this.#over(id);
      case 'bytes':
        return this.#bytes(id, visit);
    }
  }

  async #bytes(id: string, visit: LocalVisit): Promise<void> {
    const bytes = await visit.bytes();
    if (this.#open.has(id)) this.#say({ say: 'bytes', id, ...bytes });
  }

  #decide(open: Open): void {
    open.decided = true;
    open.visit.fail(new Error('refused'));
    open.port?.reject(new Error('refused'));
  }

  async #refuse(id: string, visit: LocalVisit, line: string | null): Promise<void> {
    await visit.refuse(line);
    this.#over(id);
  }

  async #release(id: string, open: Open): Promise<void> {
    const released = await open.visit.release();
    if (!released) return;
    const { muxed } = released;
    if (!open.secure) this.#open.delete(id);
    const early = open.secure ? Buffer.alloc(0) : open.visit.letGo();
    this.#say({
      say: 'released',
      id,
      early: early.toString('base64'),
      muxed: muxed !== undefined,
      carriesStderr: muxed?.carriesStderr ?? false,
    });
  }

  async #carry(id: string, open: Open, handle: unknown): Promise<void> {
    const released = await open.visit.release();
    if (released && handle) {
      const { ended, nearStderr } = open;
      await carry({
        ...released,
        muxed: released.muxed,
        near: takeOver(handle),
        nearStderr,
        ended: ended.promise,
        drainSeconds: this.#drainSeconds,
      });
    }
    this.#over(id);
  }

  #gone(id: string): void {
    if (this.#open.has(id)) this.#say({ say: 'gone', id });
  }

  #over(id: string): void {
    const open = this.#open.get(id);
    if (!open) return;
    this.#open.delete(id);
    open.visit.destroy();
    this.#say({ say: 'over', id });
  }
}

const parent = new Parent({
  pipe: LINE,
  questions: QUESTIONS,
  orders: ORDERS,
  answer: () => ({}),
  refuses: () => false,
  obey: (order, handle) => reader.obey(order, handle),
  closed: async () => process.exit(),
});
const reader = new Reader((report, secret) => parent.say(report, secret));
parent.ready();
