import { Socket, type SocketConstructorOpts } from 'node:net';

/** What Node's own handle of a socket can do, and no public method of it. The one place that uses it. */
interface Handle {
  fd: number;
  reading: boolean;
  readStop(): number;
  close(): void;
}

const handleOf = (connection: Socket): Handle | undefined =>
  (connection as unknown as { _handle?: Handle | null })._handle ?? undefined;

/** The descriptor of a connection; undefined if it is closed. */
export function descriptorOf(connection: Socket): number | undefined {
  const fd = handleOf(connection)?.fd;
  return fd === undefined || fd < 0 ? undefined : fd;
}

/** A connection on its way to another process. */
export interface Departing {
  /** What Node's channel between processes carries. */
  readonly handle: Socket;
  /** To be called once the other process has it, or never will: a duplicate here would keep the peer's end waiting. */
  readonly close: () => void;
}

/**
 * Takes the handle out of a connection, with what was read of it and is still here. Nothing more is read.
 *
 * @returns undefined if the connection is closed
 */
export function letGo(connection: Socket): { departing: Departing; early: Buffer } | undefined {
  const handle = handleOf(connection);
  if (!handle || connection.destroyed) return undefined;
  const early: Buffer[] = [];
  for (let chunk = connection.read(); chunk !== null; chunk = connection.read()) early.push(chunk);
  handle.readStop(); // a read of the stream starts it again
  handle.reading = false;
  return {
    departing: { handle: handle as unknown as Socket, close: () => connection.destroy() },
    early: Buffer.concat(early),
  };
}

/** The handle of a connection that stays open here, for another process to have as well; undefined if it is closed. */
export const lent = (connection: Socket): Socket | undefined =>
  connection.destroyed ? undefined : (handleOf(connection) as unknown as Socket | undefined);

/** A socket of a descriptor, or of a `handle` of Node's own. Nothing is read before it is asked for. */
export const unreadSocket = (options: Omit<SocketConstructorOpts, 'handle'> & { handle?: unknown }): Socket =>
  new Socket({ ...options, manualStart: true } as SocketConstructorOpts);

/** The connection of a handle that another process let go. */
export const takeOver = (handle: unknown): Socket => unreadSocket({ handle, allowHalfOpen: true });
