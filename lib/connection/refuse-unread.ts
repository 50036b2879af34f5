import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeRefused } from '../../codec/index.ts';

/**
 * Refuses a peer in clear text without reading a byte of it: one line, or none, half-close, and all of the time to leave,
 * since only a read would show that it has left. Never rejects.
 */
export async function refuseUnread(peer: Socket, text: string | null, drainSeconds: number): Promise<void> {
  if (!peer.destroyed) {
    if (text !== null && peer.writable) peer.write(encodeRefused(text));
    peer.end();
    await delay(drainSeconds * 1000);
  }
  peer.destroy();
}
