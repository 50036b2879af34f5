import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Due, dueFor } from '../judge/due.ts';
import type { Action, Listening, Part, PeerName } from '../script/script.ts';
import type { PlayOptions } from '../settings.ts';
import { ChannelListener } from './channel-listener.ts';
import type { Arrival, End, PeerObservation } from './observation.ts';
import { resetConnection } from './reset.ts';
import { Changes, turn } from './waiting.ts';

/** Where a server listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const MOST_KEPT = 4 * 1024 * 1024; // bytes of a reply
const NOBODY = { user: 'nobody', password: 'wrong' } as const;

/** Plays one peer's steps, and keeps what it sees. */
export class Actor {
  readonly #name: PeerName;
  readonly #options: PlayOptions;
  readonly #changes = new Changes();
  readonly #arrivals: Arrival[] = [];
  readonly #sent: Buffer[] = [];
  readonly #startedAt = performance.now();
  #socket: Socket | undefined;
  #channel: ChannelListener | undefined;
  #connected = false;
  #serverAddress = '';
  #sentBytes = 0;
  #kept = 0;
  #halfClosed = false;
  #wasReset = false;
  #end: End = 'open';
  #endMs = 0;
  #doneMs = 0;

  constructor(name: PeerName, options: PlayOptions) {
    this.#name = name;
    this.#options = options;
  }

  async act(action: Action, endpoint: Endpoint): Promise<void> {
    if (!this.#socket) await this.#connect(endpoint, action.do === 'connect' ? action.from : undefined);
    switch (action.do) {
      case 'connect':
        return;
      case 'listen':
        return this.#listen(action.how, action.ms);
      case 'send':
        return this.#send(action.parts, action.every);
      case 'wait':
        await this.#changes.until(() => false, action.ms);
        return;
      case 'expect':
        return this.#expect(action.what);
      case 'signal':
        await this.#expect('channel');
        this.#channel?.signal(action.numbers);
        return turn().then(() => {});
      case 'half-close':
        if (action.line === 'channel') return this.#channel?.halfClose();
        this.#halfClosed = true;
        this.#socket!.end();
        return;
      case 'reset':
        if (action.line === 'channel') return this.#channel?.reset(this.#options.boundMs);
        this.#wasReset = true;
        await resetConnection(this.#socket!, this.#options.boundMs);
    }
  }

  /** Waits for what is expected, or a moment if nothing is. Then everything is closed. */
  async finish(): Promise<PeerObservation> {
    this.#doneMs = this.#ms();
    const { answer, end } = this.#due();
    if (this.#connected && !this.#wasReset) {
      if (end) await this.#within(this.#options.boundMs, () => this.#end !== 'open');
      else if (answer) await this.#expect('answer');
      if (!end) await this.#within(this.#options.quietMs, () => this.#end !== 'open');
      const channel = this.#channel;
      if (channel?.connected && this.#end !== 'open')
        await this.#within(this.#options.quietMs * 4, () => channel.ended);
    }
    const observation = this.#observation();
    this.#channel?.close();
    this.#socket?.destroy();
    return observation;
  }

  async #connect({ host, port }: Endpoint, from: string | undefined): Promise<void> {
    // Only Linux has all of 127.0.0.0/8 without asking.
    const usable = from && process.platform === 'linux' && host.startsWith('127.');
    const where = { host, port, allowHalfOpen: true, noDelay: true, ...(usable && { localAddress: from }) };
    const socket = connect(where);
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('end', () => {
      this.#ended('closed');
      socket.end();
    });
    socket.on('close', () => this.#ended(socket.errored ? 'reset' : 'closed'));
    this.#connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    this.#serverAddress = socket.remoteAddress ?? '';
  }

  #take(bytes: Buffer): void {
    if (this.#kept < MOST_KEPT) this.#arrivals.push({ bytes, sent: this.#sentBytes, ms: this.#ms() });
    this.#kept += bytes.length;
    this.#changes.notify();
  }

  #ended(how: End): void {
    if (this.#end === 'open' && !this.#wasReset) {
      this.#end = how;
      this.#endMs = this.#ms();
    }
    this.#changes.notify();
  }

  async #listen(how: Listening, lateMs: number): Promise<void> {
    if (this.#channel || this.#socket?.localPort === undefined) return;
    const { localAddress: address = '127.0.0.1', localPort: connectedFrom } = this.#socket;
    const sent = () => this.#sentBytes;
    const options = { how, lateMs, address, connectedFrom, sent, changes: this.#changes };
    this.#channel = await ChannelListener.open(options);
  }

  /** Every piece is written on its own, and has a turn of the event loop to leave in. */
  async #send(parts: readonly Part[], every: number): Promise<void> {
    const bytes = Buffer.concat(parts.map((part) => this.#resolved(part)));
    const size = every || bytes.length;
    for (let at = 0; at < bytes.length && this.#socket!.writable; at += size) {
      const piece = bytes.subarray(at, at + size);
      this.#sent.push(piece);
      this.#sentBytes += piece.length; // before it is written: nothing that comes later can have come of less
      await this.#write(piece);
      await turn();
    }
  }

  async #write(piece: Buffer): Promise<void> {
    let written = false;
    const done = (): void => {
      written = true;
      this.#changes.notify();
    };
    this.#socket!.write(piece, done);
    await this.#within(
      this.#options.boundMs,
      () => written || this.#socket!.destroyed || this.#end !== 'open',
    );
  }

  #resolved(part: Part): Buffer {
    if (Buffer.isBuffer(part)) return part;
    if (part === 'port') return Buffer.from(String(this.#channel?.port ?? 0));
    return Buffer.from((this.#options.login ?? NOBODY)[part]);
  }

  /** Waits for it as long as it is expected, or a moment. */
  async #expect(what: 'answer' | 'channel' | 'end'): Promise<void> {
    const bound = this.#due()[what] ? this.#options.boundMs : this.#options.quietMs;
    const over = () => this.#end !== 'open' || this.#socket!.destroyed;
    const holds = {
      answer: () => this.#arrivals.length > 0 || over(),
      channel: () => this.#channel?.connected || over(),
      end: over,
    };
    await this.#within(bound, holds[what]);
  }

  #due(): Due {
    const channel = this.#channel;
    return dueFor(
      {
        sent: Buffer.concat(this.#sent),
        halfClosed: this.#halfClosed,
        wasReset: this.#wasReset,
        channel,
      },
      this.#options,
    );
  }

  #within = (ms: number, holds: () => boolean): Promise<boolean> => this.#changes.until(holds, ms);
  #ms = (): number => performance.now() - this.#startedAt;

  #observation(): PeerObservation {
    return {
      peer: this.#name,
      connected: this.#connected,
      serverAddress: this.#serverAddress,
      sent: Buffer.concat(this.#sent),
      halfClosed: this.#halfClosed,
      wasReset: this.#wasReset,
      arrivals: this.#arrivals,
      end: this.#end,
      endMs: this.#endMs,
      doneMs: this.#doneMs,
      channel: this.#channel?.observation(),
    };
  }
}
