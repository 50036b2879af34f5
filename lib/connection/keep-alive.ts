import type { Socket } from 'node:net';

/** Sets TCP keep-alive of a connection of a session, of the main one and of the stderr channel alike; 0 s: off. */
export function keepAlive(socket: Socket, seconds: number): void {
  socket.setKeepAlive(seconds > 0, seconds * 1000);
}
