import type { Socket } from 'node:net';

/** Connections whose PROXY header a reader has read, and which it keeps for their visits. */
export class Kept {
  readonly #ids = new Map<Socket, string>(); // by which it calls them
  readonly #forget: (id: string) => void;

  /** @param forget tells the reader to close one that was closed before its visit */
  constructor(forget: (id: string) => void) {
    this.#forget = forget;
  }

  get size(): number {
    return this.#ids.size;
  }

  add(id: string, socket: Socket): void {
    if (socket.destroyed) return this.#forget(id);
    this.#ids.set(socket, id);
    socket.once('close', () => this.take(socket) !== undefined && this.#forget(id));
  }

  /** @returns its id if it is one of them: it is none any more */
  take(socket: Socket): string | undefined {
    const id = this.#ids.get(socket);
    this.#ids.delete(socket);
    return id;
  }

  /** The reader has ended. */
  lost(): void {
    this.#ids.clear();
  }
}
