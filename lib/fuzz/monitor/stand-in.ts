import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { unreadSocket } from '../../base/index.ts';
import { openSocketPair } from '../../native/index.ts';

interface Order {
  readonly say: string;
  readonly number?: number;
  readonly question?: { readonly say: string };
}

/** What Node reads its channel to a child by, as `guardChannel` of the room base expects it. */
const CHANNEL = Symbol('channel');

/**
 * A process as its parent sees it, played by the fuzzer: the parent's end of its line is the real one. What a reader says
 * comes by a socket pair; what a host says by Node's channel, whose lines of JSON are read here as Node reads them.
 */
export class StandIn extends EventEmitter {
  readonly pid = 1;
  readonly stdio: readonly (Socket | null)[];
  readonly channel = { unref: () => {} };
  readonly [CHANNEL] = {
    pendingHandle: null,
    onread: (bytes: ArrayBuffer) => this.#read(Buffer.from(bytes).toString()),
  };
  exitCode: number | null = null;
  signalCode: string | null = null;
  connected = true;
  /** Its orders and questions, without what came with them. */
  readonly orders: Order[] = [];
  readonly #near: Socket | undefined;
  readonly #far: Socket | undefined;
  #sent = 0; // bytes by the pair
  #received = 0;
  #line = ''; // the last one, so far
  #ending = false;
  #closed = false;

  constructor(line: 'pair' | 'channel') {
    super();
    this.on('internalMessage', () => {});
    if (line === 'pair') {
      const [near, far] = openSocketPair();
      this.#far = unreadSocket({ fd: far }).on('error', () => {});
      this.#near = new Socket({ fd: near }).on('data', ({ length }: Buffer) => {
        this.#received += length;
      });
    }
    this.stdio = [null, null, null, null, this.#near ?? null];
  }

  /** For what takes a child process. */
  get process(): ChildProcess {
    return this as unknown as ChildProcess;
  }

  /** Whether all that was said has arrived, and its end, if it was ended. */
  get quiet(): boolean {
    return this.#ending ? this.#closed : this.#received === this.#sent;
  }

  /** Says these bytes to its parent. */
  say(bytes: Buffer): void {
    if (this.#ending) return;
    if (this.#far) {
      this.#sent += bytes.length;
      this.#far.write(bytes);
    } else this[CHANNEL].onread(new Uint8Array(bytes).buffer);
  }

  send(order: Order, ...more: unknown[]): boolean {
    this.orders.push(order);
    const sent = more.at(-1);
    if (typeof sent === 'function') setImmediate(() => sent(null));
    this.emit('order', order);
    return true;
  }

  /** The parent closes the line, which ends readers and hosts. */
  disconnect(): void {
    this.exit();
  }

  kill(signal: string): boolean {
    if (this.#ending) return false;
    this.#ending = true;
    setImmediate(() => this.#end(null, signal));
    return true;
  }

  exit(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#end(0, null);
  }

  ref(): void {}
  unref(): void {}

  #end(code: number | null, signal: string | null): void {
    this.exitCode = code;
    this.signalCode = signal;
    this.connected = false;
    this.emit('exit', code, signal);
    const closed = () => {
      this.#closed = true;
      this.emit('disconnect');
    };
    if (this.#near?.destroyed === false) this.#near.once('close', closed);
    else setImmediate(closed);
    this.#far?.destroy();
  }

  #read(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop()!;
    for (const line of lines) {
      const said = JSON.parse(line);
      const isNodes = typeof said?.cmd === 'string' && said.cmd.startsWith('NODE_');
      process.nextTick(() => this.emit(isNodes ? 'internalMessage' : 'message', said));
    }
  }
}
