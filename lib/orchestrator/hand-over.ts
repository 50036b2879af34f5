import type { Socket } from 'node:net';

/** What Node's own handle of a socket can do, and no public method of it. */
interface SocketHandle {
  reading: boolean;
  setBlocking(blocking: boolean): number;
  readStart(): number;
}

/** True when nothing was read past the request and nothing waits to be written, so the command can have it all. */
export const canHandOver = (connection: Socket): boolean =>
  connection.readableLength === 0 && connection.writableLength === 0 && !connection.readableEnded;

/**
 * Takes a handed-over connection back, once the whole process group is gone.
 *
 * Node clears O_NONBLOCK on a child's stdio, which is the daemon's own open file too: reading it like that can stop
 * the event loop for good. So first non-blocking again, then reading, which Node stopped for the child. Without this
 * the connection could only be closed, and bytes the command left unread would turn that into a reset that throws
 * away output the peer has not got yet (2.4 of 2.5 MB in a trial).
 *
 * @returns false where this Node does not let us; the connection must then be closed as it is
 */
export function takeBack(connection: Socket): boolean {
  const { _handle: handle } = connection as unknown as { _handle?: Partial<SocketHandle> | null };
  if (!handle?.setBlocking || !handle.readStart || handle.setBlocking(false) !== 0) return false;
  handle.reading = true;
  return handle.readStart() === 0;
}
