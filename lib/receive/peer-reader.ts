import type { Duplex } from 'node:stream';
import { vanished } from '../connection/index.ts';

const WAKING = ['readable', 'end', 'error', 'close'] as const;

/**
 * Pulls bytes from a peer, one chunk at a time and only on demand. Not the socket's own iterator: that one destroys
 * the socket or waits for ever, and a peer is still owed an answer, or its connection goes to the command.
 */
export class PeerReader {
  readonly #socket: Duplex;
  #failure: Error | undefined;
  #finished = false;
  #wake: () => void = () => {};
  readonly #onEvent = () => this.#wake();

  constructor(socket: Duplex) {
    this.#socket = socket;
    for (const event of WAKING) socket.on(event, this.#onEvent);
  }

  /**
   * The next chunk, or the next `bytes` bytes; null at the peer's half-close or after {@link finish}.
   *
   * @throws the error given to {@link fail}; SessionError `REXEC_PEER_VANISHED` when the connection broke
   */
  async next(bytes?: number): Promise<Buffer | null> {
    for (;;) {
      if (this.#failure) throw this.#failure;
      if (this.#finished) return null;
      const chunk: Buffer | null = this.#socket.read(bytes);
      if (chunk !== null) return chunk;
      if (this.#socket.readableEnded) return null;
      if (this.#socket.destroyed) throw vanished(this.#socket);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** No more is read: {@link next} gives null from now on, and the socket is left alone. */
  finish(): void {
    this.#finished = true;
    for (const event of WAKING) this.#socket.off(event, this.#onEvent);
    this.#wake();
  }

  /** {@link next} throws `error` from now on. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }
}
