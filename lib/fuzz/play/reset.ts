import { once } from 'node:events';
import type { Socket } from 'node:net';

/**
 * Resets a connection. A half-close that is under way is waited for first: libuv refuses to reset until it is done, and
 * Node then keeps the descriptor for good. One that is not done in time ends without a reset.
 */
export async function resetConnection(socket: Socket, ms: number): Promise<void> {
  const closing = () => socket.writableEnded && !socket.writableFinished && !socket.destroyed;
  if (closing()) {
    const signal = AbortSignal.timeout(Math.ceil(ms));
    await Promise.race(['finish', 'close'].map((event) => once(socket, event, { signal }))).catch(() => {});
  }
  if (closing()) socket.destroy();
  else socket.resetAndDestroy();
}
