import { writeSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Parent } from '../../../../lib/base/index.ts';
import { IPC, ORDERS, PIPE, QUESTIONS } from './protocol.ts';

/** A child that does what it is asked for, be it against the rules. */
const parent = new Parent({
  pipe: PIPE,
  questions: QUESTIONS,
  orders: ORDERS,
  answer: (question, secret) => {
    switch (question.say) {
      case 'echo':
        return { text: question.text, secret: secret.bytes.toString('hex') };
      case 'refuse':
        throw new RangeError(question.words);
      case 'fail':
        throw new Error(question.words);
      case 'wait':
        return setTimeout(question.seconds * 1000, {});
      case 'lie':
        return [];
      case 'die':
        process.kill(process.pid, 'SIGKILL');
        return {};
      case 'throw':
        setImmediate(() => {
          throw new Error(question.words);
        });
        return new Promise<object>(() => {});
    }
  },
  refuses: (error) => error instanceof RangeError,
  obey: async (order, handle) => {
    if (order.say === 'greet') {
      const socket = new Socket({ handle } as object);
      socket.end('hello');
    } else if (order.say === 'write')
      for (let number = 0; number < order.times; number += 1) writeAll(order.by, order.text);
    else if (order.say === 'handle') {
      const server = createServer().listen(0, '127.0.0.1', () => process.send?.({}, server));
    } else parent.say(order);
  },
  closed: async () => {
    if (process.argv[2] !== 'stubborn') process.exit();
  },
});

/** Past the line of the process. */
function writeAll(by: 'ipc' | 'pipe', text: string): void {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; )
    try {
      at += writeSync(by === 'ipc' ? IPC : PIPE, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
}

if (process.argv[2] === 'stubborn') setInterval(() => {}, 1000);
if (process.argv[2] !== 'slow') parent.ready();
