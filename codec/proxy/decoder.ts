import { CodecError } from '../errors.ts';
import { FrameDecoder } from '../frame-decoder.ts';
import type { ProxyFrame } from './frames.ts';
import {
  HEAD_BYTES,
  type Head,
  headerFault,
  isLine,
  LONGEST_LINE,
  readHead,
  readLine,
  SIGNATURE,
  WORD,
} from './grammar.ts';

const [RETURN, SPACE] = [0x0d, 0x20];
/** Spaces in a header of version 1 that names addresses. */
const SPACES = 5;

/**
 * A connection that a proxy passes on, in; its PROXY header, of version 1 or 2, and then its bytes, out as
 * {@link ProxyFrame}s. Holds 107 bytes at most: what version 2 has besides addresses is skipped.
 *
 * Fails with a {@link CodecError}: `REXEC_TRUNCATED` when the stream ends inside the header, `REXEC_PROXY_HEADER_INVALID`
 * when it is none: at the first byte that none begins with, else once its line or its first 16 bytes have arrived.
 * (proxy-protocol.txt of HAProxy, 2.1 and 2.2.)
 */
export class ProxyDecoder extends FrameDecoder<ProxyFrame> {
  readonly #arriving = Buffer.alloc(LONGEST_LINE);
  #held = 0; // bytes in #arriving
  #head: Head | undefined; // of version 2, once it is here
  #header: ProxyFrame | undefined; // of version 2, once its addresses are here
  #left = 0; // bytes after them
  #complete = false;

  /** True once the whole header has arrived. */
  get complete(): boolean {
    return this.#complete;
  }

  /** How many more bytes belong to the header at least; 0 once it is complete. A reader of so many reads nothing else. */
  get wanted(): number {
    if (this.#complete) return 0;
    if (this.#header) return this.#left;
    if (this.#held < SIGNATURE.length) return SIGNATURE.length - this.#held;
    if (this.#arriving[0] === WORD[0]) return this.#wantedOfLine();
    return HEAD_BYTES + (this.#head?.addresses ?? 0) - this.#held;
  }

  get heldBytes(): number {
    return this.#held;
  }

  protected override convert(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#complete) {
      const end = Math.min(chunk.length, at + this.wanted);
      if (this.#header) this.#skip(end - at);
      else this.#take(chunk, at, end);
      at = end;
    }
    if (at < chunk.length) this.give({ type: 'data', chunk: this.owned(chunk.subarray(at)) });
  }

  protected override convertEnd(): void {
    if (!this.#complete)
      throw new CodecError('REXEC_TRUNCATED', 'proxyHeader', 'stream ended inside the PROXY header');
  }

  protected override release(): void {
    this.#held = 0;
  }

  #take(chunk: Buffer, at: number, end: number): void {
    chunk.copy(this.#arriving, this.#held, at, end);
    this.#held += end - at;
    const here = this.#arriving.subarray(0, this.#held);
    if (!beginsLike(here, WORD)) this.#takeHead(here);
    else if (isLine(here)) this.#end(readLine(here));
    else if (here.length === LONGEST_LINE) throw headerFault(`a line of more than ${LONGEST_LINE} bytes`);
  }

  #takeHead(here: Buffer): void {
    if (!beginsLike(here, SIGNATURE)) throw headerFault('no PROXY header');
    if (here.length === HEAD_BYTES) this.#head = readHead(here);
    if (here.length !== HEAD_BYTES + (this.#head?.addresses ?? LONGEST_LINE)) return;
    this.#header = this.#head!.read(here.subarray(HEAD_BYTES));
    this.#left = this.#head!.rest;
    this.#skip(0);
  }

  #skip(bytes: number): void {
    this.#left -= bytes;
    if (this.#left === 0) this.#end(this.#header!);
  }

  #end(header: ProxyFrame): void {
    this.#complete = true;
    this.#held = 0;
    this.give(header);
  }

  /** The fields that are still to come have a character each, and a space before it. */
  #wantedOfLine(): number {
    const line = this.#arriving.subarray(0, this.#held);
    const spaces = line.filter((byte) => byte === SPACE).length;
    const fields = line.includes('U') ? 0 : Math.max(0, SPACES - spaces);
    const lineEnd = line.at(-1) === RETURN ? 1 : 2;
    return Math.min(2 * fields + lineEnd, LONGEST_LINE - this.#held);
  }
}

const beginsLike = (bytes: Buffer, start: Buffer): boolean => {
  const length = Math.min(bytes.length, start.length);
  return bytes.subarray(0, length).equals(start.subarray(0, length));
};
