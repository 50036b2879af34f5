/**
 * A program for a sandbox: does what it is asked for by name, and says `done`, or the code of the error. Descriptor 4
 * is a pipe, whose lines it repeats on descriptor 5.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes, scryptSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { url as inspectorUrl, open as openDebugger } from 'node:inspector';
import { connect, createServer, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { gunzip, gzip } from 'node:zlib';

/** What can be asked for. `given` is one value of the question. */
const ACTS: Readonly<Record<string, (given: never, handle: unknown) => unknown>> = {
  read: (path: string) => void readFileSync(path),
  list: (path: string) => void readdirSync(path),
  openToWrite: (path: string) => void openSync(path, 'r+'),
  create: (path: string) => writeFileSync(path, 'made'),
  run: (file: string) => {
    const { error } = spawnSync(file, ['-c', ':']);
    if (error) throw error;
  },
  execute: (file: string) => process.execve!(file, ['true'], {}),
  thread: () => once(new Worker('process.exit()', { eval: true }), 'exit'),
  connect: (address: { port: number } | { path: string }) => once(connect(address as never), 'connect'),
  listen: () => once(createServer().listen(0, '127.0.0.1'), 'listening'),
  datagram: () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    return once(socket, 'listening');
  },
  debugger: () => {
    openDebugger(0, '127.0.0.1');
    if (inspectorUrl() === undefined) throw Object.assign(new Error(), { code: 'REFUSED' });
  },
  kill: (pid: number) => process.kill(pid, 'SIGTERM'),
  becomeRoot: () => process.setuid!(0),
  takeGroups: () => process.setgroups!([0]),
  loadAddon: (path: string) => process.dlopen({ exports: {} }, path),
  echo: (_: unknown, handle) => {
    const socket = new Socket({ handle, allowHalfOpen: true } as never);
    socket.on('error', () => {});
    socket.setNoDelay(true).setKeepAlive(true, 60_000);
    socket.pipe(socket);
  },
  reset: (_: unknown, handle) => new Socket({ handle } as never).resetAndDestroy(),
  address: (expected: string, handle) => {
    const socket = new Socket({ handle, manualStart: true } as never);
    const { remoteAddress, localAddress, remotePort } = socket;
    if (remoteAddress !== expected || localAddress !== expected || !remotePort)
      throw new Error(`${remoteAddress}`);
    socket.cork();
    for (const line of ['one ', 'two ', 'three']) socket.write(line);
    socket.uncork();
    return once(socket.end(), 'finish');
  },
  giveBack: (_: unknown, handle) => {
    const sent = handle as { close(): void };
    process.send!('given back', sent as never, {}, () => sent.close());
  },
  decode: async () => {
    const { RequestDecoder } = await import('../../../codec/index.ts');
    const frames = new RequestDecoder();
    frames.end('\0ada\0secret\0date\0');
    const types = await frames.map(({ type }: { type: string }) => type).toArray();
    if (types.length < 4) throw new Error(types.join());
  },
  exit: (status: number) => process.exit(status),
  secure: async ({ key, cert }: { key: string; cert: string }, handle) => {
    const server = createTlsServer({ key, cert });
    server.emit('connection', new Socket({ handle, allowHalfOpen: true } as never));
    const [socket] = await once(server, 'secureConnection');
    socket.pipe(socket);
  },
  compute: async () => {
    await delay(1);
    const bytes = randomBytes(1 << 20);
    const again = await promisify(gunzip)(await promisify(gzip)(bytes));
    if (!again.equals(bytes)) throw new Error('gunzip');
    scryptSync('secret', 'salt', 32);
  },
  grow: () => {
    for (let round = 0; round < 3; round += 1) {
      const kept = Array.from({ length: 400_000 }, (_, index) => ({ index, text: `text ${index}` }));
      const outside = Buffer.alloc(64 << 20, round);
      if (kept.length + outside[0]! < 0) throw new Error('memory');
    }
  },
  /** Without end: buffers, or objects. */
  swell: (kind: string) => {
    for (const kept: unknown[] = []; ; )
      kept.push(kind === 'buffers' ? Buffer.alloc(16 << 20, 1) : Array.from({ length: 100_000 }, String));
  },
};

process.on('message', async ({ act, given }: { act: string; given: never }, handle) => {
  try {
    await ACTS[act]!(given, handle);
    process.send!('done');
  } catch (error) {
    process.send!((error as NodeJS.ErrnoException).code ?? String(error));
  }
});
const lines = new Socket({ fd: 4, readable: true, writable: false });
lines.pipe(new Socket({ fd: 5, readable: false, writable: true }));
lines.unref();
process.send!('ready');
