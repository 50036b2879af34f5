import { once } from 'node:events';
import type { Socket } from 'node:net';

/** Why a peer is refused; the message is for the peer. */
export class Refused extends Error {}

/** The fields of a request, as their bytes arrive. */
export class FieldReader {
  readonly #socket: Socket;
  pending = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @throws Refused on the first byte beyond the limit, and at the end of the stream */
  async field(name: string, limit: number): Promise<Buffer> {
    for (;;) {
      const nul = this.pending.indexOf(0);
      const length = nul === -1 ? this.pending.length : nul;
      if (length > limit) throw new Refused(`${name} too long`);
      if (nul !== -1) {
        const field = this.pending.subarray(0, nul);
        this.pending = this.pending.subarray(nul + 1);
        return field;
      }
      const more = await this.chunk();
      if (more === null) throw new Refused(`EOF reading ${name}`);
      this.pending = Buffer.concat([this.pending, more]);
    }
  }

  /** The next bytes; null at the end of the stream. */
  async chunk(): Promise<Buffer | null> {
    for (;;) {
      const chunk: Buffer | null = this.#socket.read();
      if (chunk !== null) return chunk;
      if (this.#socket.readableEnded || this.#socket.destroyed) return null;
      const waking = new AbortController();
      await Promise.race(['readable', 'end', 'close'].map((event) => once(this.#socket, event, waking)));
      waking.abort();
    }
  }

  /** What has arrived after the fields. */
  rest(): Buffer {
    const rest = this.pending;
    this.pending = Buffer.alloc(0);
    return rest;
  }
}
