import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { within } from '../base/index.ts';
import { connectionClosed } from './errors.ts';

/**
 * Ends a connection without losing what was written: half-close, then read and drop what the peer still sends, until
 * its own half-close or until the time has expired. Closing with unread bytes would make the kernel reset the connection and
 * throw away what the peer has not got yet (protocol.md 1.7). Never rejects.
 */
export async function lingeringClose(socket: Duplex, drainSeconds: number): Promise<void> {
  if (!socket.destroyed) {
    const closed = once(socket, 'close').catch(() => {});
    const flushed = once(socket, 'finish').catch(() => {});
    socket.end();
    socket.resume();
    // A slow peer may take its time to read; a peer that read everything gets a bounded time to leave.
    await Promise.race([closed, flushed]);
    await within(drainSeconds, closed);
  }
  socket.destroy();
}

/** Waits for `work` while the peer is there. Rejects with REXEC_PEER_VANISHED once `gone` is aborted. */
export function unlessGone<T>(work: Promise<T>, gone: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(connectionClosed());
    if (gone?.aborted) leave();
    gone?.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => gone?.removeEventListener('abort', leave));
  });
}
