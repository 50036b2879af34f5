import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Target } from './target.ts';

const HOST = '127.0.0.1';

/**
 * A program that serves one connection on its stdin, stdout and stderr, as inetd starts it. The harness listens for it
 * on loopback, and starts one for each connection.
 */
export async function inetdTarget(
  words: readonly string[],
  name = `inetd ${words.join(' ')}`,
): Promise<Target> {
  const [file = '', ...rest] = words;
  const children = new Set<ChildProcess>();
  const serve = (connection: Socket): void => {
    const child = spawn(file, rest, { stdio: [connection, connection, connection] });
    children.add(child);
    child.once('spawn', () => connection.destroy()); // the child has its own
    child.once('error', () => connection.destroy());
    child.once('exit', () => children.delete(child));
  };
  const target = await listen(name, serve);
  const close = async (): Promise<void> => {
    for (const child of children) child.kill('SIGKILL');
    await target.close();
  };
  return { ...target, close };
}

/** A server that is a function: it gets each connection, half-open allowed, nothing read yet. */
export async function handlerTarget(serve: (connection: Socket) => void, name = 'handler'): Promise<Target> {
  const target = await listen(name, serve);
  return { ...target, pid: process.pid };
}

async function listen(name: string, serve: (connection: Socket) => void): Promise<Target> {
  const connections = new Set<Socket>();
  const server: Server = createServer(
    { allowHalfOpen: true, noDelay: true, pauseOnConnect: true },
    (socket) => {
      socket.on('error', () => {});
      connections.add(socket);
      socket.once('close', () => connections.delete(socket));
      serve(socket);
    },
  );
  server.listen({ host: HOST, port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    for (const socket of connections) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { name, host: HOST, port, alive: true, close };
}
