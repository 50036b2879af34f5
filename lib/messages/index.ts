import { Secret } from '../base/index.ts';

/** One message between processes of the daemon: any JSON, and a secret that never becomes a string. */
export interface Message {
  readonly body: unknown;
  readonly secret: Secret;
}

const NO_SECRET = new Secret(Buffer.alloc(0));
const HEAD_BYTES = 6; // length of the JSON, 4 bytes; length of the secret, 2 bytes

/** The bytes of a message: the caller takes them over, and wipes them once they are sent. */
export function encodeMessage(body: unknown, secret: Secret = NO_SECRET): Secret {
  const text = Buffer.from(JSON.stringify(body));
  const message = Buffer.alloc(HEAD_BYTES + text.length + secret.length);
  message.writeUInt32BE(text.length);
  message.writeUInt16BE(secret.length, 4);
  text.copy(message, HEAD_BYTES);
  secret.bytes.copy(message, HEAD_BYTES + text.length);
  return new Secret(message);
}

/** Messages from a stream's chunks. Wipes every byte that it does not hand out; the caller takes over the secrets. */
export class MessageReader {
  #held: Buffer = Buffer.alloc(0);

  *push(chunk: Buffer): Generator<Message> {
    const bytes = Buffer.concat([this.#held, chunk]);
    this.#held.fill(0);
    chunk.fill(0);
    let at = 0;
    for (let end = endOf(bytes, at); end <= bytes.length; end = endOf(bytes, at)) {
      const secretAt = end - bytes.readUInt16BE(at + 4);
      const body: unknown = JSON.parse(bytes.toString('utf8', at + HEAD_BYTES, secretAt));
      const secret = Buffer.alloc(end - secretAt);
      bytes.copy(secret, 0, secretAt, end);
      at = end;
      yield { body, secret: new Secret(secret) };
    }
    this.#held = Buffer.alloc(bytes.length - at);
    bytes.copy(this.#held, 0, at);
    bytes.fill(0);
  }
}

/** Where the message at `at` ends; beyond everything while its head is not there. */
function endOf(bytes: Buffer, at: number): number {
  if (bytes.length - at < HEAD_BYTES) return Number.POSITIVE_INFINITY;
  return at + HEAD_BYTES + bytes.readUInt32BE(at) + bytes.readUInt16BE(at + 4);
}
