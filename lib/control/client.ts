import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Reply, Request } from './protocol.ts';
import { ControlError } from './server.ts';

/**
 * Tells a daemon something over its control socket.
 *
 * @throws ControlError with the daemon's own words, or because none listens there
 */
export async function tellDaemon(path: string, operation: string, argument?: unknown): Promise<unknown> {
  const reply = await exchange(path, { operation, argument });
  if ('error' in reply) throw new ControlError(reply.error);
  return reply.result;
}

/** A reload may wait for a name source or a disk. */
const PATIENCE_MS = 30_000;

async function exchange(path: string, request: Request): Promise<Reply> {
  const socket = connect(path);
  socket.setTimeout(PATIENCE_MS, () =>
    socket.destroy(new Error(`the daemon did not answer within ${PATIENCE_MS / 1000} s`)),
  );
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    return JSON.parse(await text(socket)) as Reply;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' || code === 'ECONNREFUSED' ? 'no daemon is listening there (check --port)' : message;
    throw new ControlError(`control socket ${path}: ${why}`, { cause });
  } finally {
    socket.destroy();
  }
}
