import { CodecError } from '../errors.ts';
import { FrameEncoder } from '../frame-encoder.ts';
import { LIMITS, LOWEST_STDERR_PORT } from '../limits.ts';
import type { Request, RequestFrame } from './frames.ts';
import { NUL, readPort } from './grammar.ts';

/**
 * One {@link RequestFrame} as the bytes a client sends.
 *
 * @throws CodecError before a byte is made: `REXEC_FIELD_TOO_LONG`, `REXEC_NUL_IN_FIELD`, `REXEC_PORT_INVALID`
 */
export function encodeRequestFrame(frame: RequestFrame): Buffer {
  switch (frame.type) {
    case 'stderrPort':
      readPort(Buffer.from(String(frame.port), 'latin1'), LOWEST_STDERR_PORT);
      return terminated(frame.type, Buffer.from(String(frame.port), 'latin1'));
    case 'user':
    case 'command':
      return terminated(frame.type, frame.bytes);
    case 'password':
      return terminated(frame.type, frame.secret);
    case 'stdin':
      return frame.chunk;
  }
}

/**
 * A whole request in one piece, for clients without a stderr channel or whose daemon connects back late.
 * A client that waits for its stderr channel sends the port alone and then {@link encodeLogin}. The caller wipes it once
 * it is written.
 */
export function encodeRequest(request: Request): Buffer {
  const port = encodeRequestFrame({ type: 'stderrPort', port: request.stderrPort ?? 0 });
  const login = encodeLogin(request);
  try {
    return Buffer.concat([port, login]);
  } finally {
    login.fill(0);
  }
}

/** User, password and command in one piece. The caller wipes it once it is written. */
export function encodeLogin({ user, password, command }: Omit<Request, 'stderrPort'>): Buffer {
  const secret = copyOf(password);
  const parts: Buffer[] = [secret];
  try {
    parts.push(encodeRequestFrame({ type: 'user', bytes: copyOf(user) }));
    parts.push(encodeRequestFrame({ type: 'password', secret }));
    parts.push(encodeRequestFrame({ type: 'command', bytes: copyOf(command) }));
    return Buffer.concat(parts.slice(1));
  } finally {
    for (const part of parts) part.fill(0);
  }
}

const copyOf = (value: string | Uint8Array): Buffer =>
  typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value);

function terminated(field: keyof typeof LIMITS, content: Buffer): Buffer {
  const limit = LIMITS[field];
  if (content.length > limit) {
    throw new CodecError(
      'REXEC_FIELD_TOO_LONG',
      field,
      `${field} is ${content.length} bytes, longer than ${limit}`,
    );
  }
  if (content.includes(NUL))
    throw new CodecError('REXEC_NUL_IN_FIELD', field, `${field} contains a NUL byte`);
  const bytes = Buffer.alloc(content.length + 1); // zeroed: the last byte is the terminator
  content.copy(bytes);
  return bytes;
}

/** The last may come any number of times. */
const ORDER = ['stderrPort', 'user', 'password', 'command', 'stdin'] as const;

/**
 * {@link RequestFrame}s in, client bytes of the main connection out, each as {@link encodeRequestFrame} makes it. Fails
 * with a {@link CodecError} `REXEC_FRAME_INVALID` for a frame out of order, and `REXEC_TRUNCATED` if the frames end
 * before the command. The bytes that it gives hold the password, and it does not wipe them.
 */
export class RequestEncoder extends FrameEncoder<RequestFrame> {
  #next = 0; // index into ORDER

  protected override convert(frame: RequestFrame): void {
    const expected = ORDER[this.#next]!;
    if (frame.type !== expected) throw this.misplaced(frame, `the next frame must be ${expected}`);
    this.give(encodeRequestFrame(frame));
    if (expected !== 'stdin') this.#next += 1;
  }

  protected override convertEnd(): void {
    const missing = ORDER[this.#next]!;
    if (missing !== 'stdin')
      throw new CodecError('REXEC_TRUNCATED', missing, `frames ended before ${missing}`);
  }
}
