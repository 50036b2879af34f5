import { Secret } from '../secret.ts';

/** One message between processes of the daemon: any JSON, and a secret that never becomes a string. */
export interface Message {
  readonly body: unknown;
  readonly secret: Secret;
}

const HEAD_BYTES = 6; // length of the JSON, 4 bytes; length of the secret, 2 bytes

/** With its head. An account in 65,536 groups, as many as Linux allows, with names of 32 characters has half of this. */
export const LONGEST_MESSAGE = 4 * 2 ** 20; // bytes

/**
 * The bytes of a message: the caller takes them over, and wipes them once they are sent.
 *
 * @throws RangeError for a longer message than {@link LONGEST_MESSAGE}, or a secret of more than 65,535 bytes
 */
export function encodeMessage(body: unknown, secret = Secret.empty()): Secret {
  const text = Buffer.from(JSON.stringify(body));
  const bytes = HEAD_BYTES + text.length + secret.length;
  checkLength(bytes);
  const message = Buffer.alloc(bytes);
  message.writeUInt32BE(text.length);
  message.writeUInt16BE(secret.length, 4);
  text.copy(message, HEAD_BYTES);
  secret.bytes.copy(message, HEAD_BYTES + text.length);
  return new Secret(message);
}

/** Messages from a stream's chunks. Wipes every byte that it does not hand out; the caller takes over the secrets. */
export class MessageReader {
  readonly #head = Buffer.alloc(HEAD_BYTES);
  /** All of the message, once its head is here. */
  #message: Buffer | undefined;
  /** Bytes of the message that are here. */
  #filled = 0;

  /**
   * The messages that end in this chunk.
   *
   * @throws RangeError for a message that announces more than {@link LONGEST_MESSAGE}; SyntaxError if it is not JSON.
   * Nothing is to be read from the stream after either.
   */
  *push(chunk: Buffer): Generator<Message> {
    try {
      for (let at = 0; at < chunk.length; ) {
        const part = this.#message ?? this.#head;
        const copied = chunk.copy(part, this.#filled, at);
        at += copied;
        this.#filled += copied;
        if (this.#filled < part.length) return;
        if (this.#message) yield this.#take(this.#message);
        else this.#message = this.#begin();
      }
    } finally {
      chunk.fill(0);
    }
  }

  #begin(): Buffer {
    const bytes = HEAD_BYTES + this.#head.readUInt32BE() + this.#head.readUInt16BE(4);
    checkLength(bytes);
    const message = Buffer.alloc(bytes);
    this.#head.copy(message);
    this.#head.fill(0);
    return message;
  }

  #take(message: Buffer): Message {
    this.#message = undefined;
    this.#filled = 0;
    try {
      const secretAt = message.length - message.readUInt16BE(4);
      const body: unknown = JSON.parse(message.toString('utf8', HEAD_BYTES, secretAt));
      const secret = Buffer.alloc(message.length - secretAt);
      message.copy(secret, 0, secretAt);
      return { body, secret: new Secret(secret) };
    } finally {
      message.fill(0);
    }
  }
}

/** Why the other end broke the rules: its message was too long, which an error says, or is none that is known. */
export const faultOf = (error?: unknown): string =>
  error instanceof RangeError ? error.message : 'an unknown message';

function checkLength(bytes: number): void {
  if (bytes > LONGEST_MESSAGE)
    throw new RangeError(`a message of ${bytes} bytes; the limit is ${LONGEST_MESSAGE}`);
}
