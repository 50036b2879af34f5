import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { encodeRequest } from '../../codec/index.ts';
import { ACCOUNT } from './host.ts';

const CHUNK = Buffer.alloc(256 * 1024);
const STUCK_MS = 60_000;

/** Bytes of a command's input that look like no others, the same each time. */
export const sample = (bytes: number): Buffer => {
  const block = createHash('sha512').update('rexecd').digest();
  const whole = Buffer.alloc(bytes, block);
  for (let at = 0; at < bytes; at += 4096) whole.writeUInt32LE(at, at);
  return whole;
};

/** What a command wrote. */
export interface Transferred {
  readonly seconds: number; // from the request to the end of the output
  readonly bytes: number;
  /** md5 of the output where that was asked for. */
  readonly md5: string;
}

/** How to transfer. */
export interface TransferOptions {
  /** Bytes to send as the command's input, over and over the same chunk; or the input itself. */
  readonly input?: number | Buffer;
  readonly digest?: boolean;
  /** File of the authority to trust, by TLS. */
  readonly ca?: string | undefined;
}

/** Runs one command, reads all its output and, after the success byte, writes its input. @throws Error when refused */
export async function transfer(
  port: number,
  command: string,
  options: TransferOptions = {},
): Promise<Transferred> {
  const { input, digest = false, ca } = options;
  const md5 = createHash('md5');
  const buffer = Buffer.allocUnsafeSlow(CHUNK.length);
  let bytes = -1; // the status byte is none of the output
  let refused = false;
  const callback = (length: number): boolean => {
    if (bytes === -1) {
      refused = buffer[0] !== 0;
      if (input !== undefined) feed();
    }
    if (digest) md5.update(buffer.subarray(bytes === -1 ? 1 : 0, length));
    bytes += length;
    return true;
  };
  const to = { host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true, onread: { buffer, callback } };
  const socket = ca === undefined ? connect(to) : connectTls({ ...to, ca: readFileSync(ca) });
  socket.setTimeout(STUCK_MS, () => socket.destroy(new Error(`port ${port} moves no byte`)));
  const feed = (): void => {
    if (typeof input !== 'number') return void socket.end(input ?? '');
    let left = input;
    const more = () => {
      let room = true;
      while (room && left > 0) {
        const chunk = left >= CHUNK.length ? CHUNK : CHUNK.subarray(0, left);
        left -= chunk.length;
        room = socket.write(chunk);
      }
      if (left === 0) socket.end();
      else socket.once('drain', more);
    };
    more();
  };
  const { user, password } = ACCOUNT;
  await once(socket, ca === undefined ? 'connect' : 'secureConnect');
  const startedAt = performance.now();
  socket.write(encodeRequest({ user, password, command }));
  await once(socket, 'end');
  const seconds = (performance.now() - startedAt) / 1000;
  socket.destroy();
  if (bytes < 0 || refused) throw new Error(`port ${port} refused`);
  return { seconds, bytes, md5: digest ? md5.digest('hex') : '' };
}
