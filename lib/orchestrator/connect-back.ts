import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { wordsOf } from '../base/index.ts';
import { keepAlive, SessionError } from '../connection/index.ts';
import { sourceFor } from './route.ts';

/** Where to connect back to: the peer's own address, from the address it connected to (protocol.md 1.4). */
export interface ConnectBack {
  readonly address: string;
  readonly localAddress: string;
  readonly port: number;
  readonly seconds: number;
  readonly keepAliveSeconds: number;
}

/**
 * Connects to a peer's stderr port. Nothing is read of the connection: signals that come early are the run's.
 *
 * @throws SessionError `REXEC_STDERR_UNREACHABLE`: refused, unreachable, too late, all the same
 */
export async function connectBack(
  { address, localAddress, port, seconds, keepAliveSeconds }: ConnectBack,
  gone: AbortSignal,
): Promise<Socket> {
  // Binding takes a port for this connection alone; without it the system shares ports between destinations.
  const isSource = (await sourceFor(address)) === localAddress;
  const socket = connect({
    host: address,
    port,
    ...(!isSource && { localAddress }),
    allowHalfOpen: true,
    noDelay: true,
  });
  socket.pause();
  socket.on('error', () => {}); // for its whole life: a late reset is no failure of the session
  const late = AbortSignal.timeout(Math.ceil(seconds * 1000));
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([gone, late]) });
    if (socket.localPort === port && localAddress === address) throw new Error('connected to itself');
    keepAlive(socket, keepAliveSeconds);
    return socket;
  } catch (cause) {
    socket.destroy();
    const why =
      cause instanceof Error && cause.name !== 'AbortError'
        ? wordsOf(cause)
        : `no answer within ${seconds} s (limits.connectBackSeconds)`;
    throw new SessionError('REXEC_STDERR_UNREACHABLE', `stderr port ${port}: ${why}`, { cause });
  }
}
