/** A worker that listens, tells its port, and never accepts: its queue stays full once it is. */
import { createServer } from 'node:net';
import { parentPort } from 'node:worker_threads';

const server = createServer().listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
  parentPort?.postMessage(server.address());
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
});
