import { Socket, type SocketConstructorOpts } from 'node:net';

/** What Node's own handle of a socket can do, and no public method of it. The one place that uses it. */
interface Handle {
  fd: number;
  reading: boolean;
  setBlocking(blocking: boolean): number;
  setNoDelay(noDelay: boolean): number;
  readStart(): number;
  readStop(): number;
}

const handleOf = (connection: Socket): Partial<Handle> | null | undefined =>
  (connection as unknown as { _handle?: Partial<Handle> | null })._handle;

/** The descriptor of a connection; undefined where this Node does not tell, or when it is closed. */
export function descriptorOf(connection: Socket): number | undefined {
  const fd = handleOf(connection)?.fd;
  return fd === undefined || fd < 0 ? undefined : fd;
}

/**
 * Lets the system join small writes (Nagle), as a program expects of its stdout: stdio writes 4 KB at a time, and each
 * would be a segment of its own. Not the socket's own method, which does nothing where another process set the option.
 */
export function joinSmallWrites(connection: Socket): void {
  handleOf(connection)?.setNoDelay?.(false);
}

/**
 * Gives a connection away as a command's stdin and stdout: Node stops reading it, and it blocks, as programs expect of
 * their stdio. The flag is on the open file that both share, so nobody here may touch it before {@link takeBack}.
 *
 * @returns false where this Node does not let us, or the connection is closed
 */
export function giveAway(connection: Socket): boolean {
  const handle = handleOf(connection);
  if (!handle?.setBlocking || !handle.readStop || descriptorOf(connection) === undefined) return false;
  handle.readStop();
  handle.reading = false;
  return handle.setBlocking(true) === 0;
}

/**
 * Takes a connection back from a command whose whole process group is gone.
 *
 * First non-blocking again, then reading, which was stopped for the command: reading it as it was could stop the event
 * loop for good. Without this the connection could only be closed, and bytes the command left unread would turn that
 * into a reset that throws away output the peer has not got yet (2.4 of 2.5 MB in a trial).
 *
 * @returns false where this Node does not let us; the connection must then be closed as it is
 */
export function takeBack(connection: Socket): boolean {
  const handle = handleOf(connection);
  if (!handle?.setBlocking || !handle.readStart || handle.setBlocking(false) !== 0) return false;
  handle.reading = true;
  return handle.readStart() === 0;
}

/**
 * The handle of a connection that nobody has read yet, to be sent to another process. The connection is to be destroyed
 * once it is sent; the other process has a descriptor of its own.
 *
 * @returns undefined where this Node does not let us, or the peer has left
 */
export const letGo = (connection: Socket): unknown => handleOf(connection) ?? undefined;

/** The connection of a handle that another process let go: read on demand, a chunk at a time. */
export const takeOver = (handle: unknown): Socket =>
  new Socket({ handle, allowHalfOpen: true, highWaterMark: 1, manualStart: true } as SocketConstructorOpts);
