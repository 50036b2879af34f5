import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeRequest } from '../../codec/index.ts';
import { ACCOUNT } from './host.ts';

/** Resolves once a command of the user runs that ends with its connection. @throws Error with the line of a refusal */
export async function hold(port: number, user: string): Promise<Socket> {
  const { password } = ACCOUNT;
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  await once(socket, 'connect');
  socket.write(encodeRequest({ user, password, command: 'echo on; exec cat' }));
  let answer = '';
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    answer += chunk.toString('latin1');
    if (answer === '\0on\n') return socket;
    if (answer.endsWith('\n')) throw new Error(`${user} was answered ${JSON.stringify(answer)}`);
  }
}
