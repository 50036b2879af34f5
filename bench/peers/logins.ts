/**
 * Peers that guess, each time with another name: node logins.ts PORT PEERS SECONDS. Prints how long the logins took, from the
 * connection to its end, as a JSON array of milliseconds.
 */
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { encodeRequest } from '../../codec/index.ts';

const REFUSED = '\x01Login incorrect.\n';
const [port = 0, peers = 1, seconds = 1] = process.argv.slice(2).map(Number);
const times: number[] = [];
const end = performance.now() + seconds * 1000;

async function guess(peer: number): Promise<void> {
  for (let n = 0; performance.now() < end; n += 1) {
    const begin = performance.now();
    const socket = connect({ host: '127.0.0.1', port, localAddress: `127.0.5.${peer + 1}` });
    socket.write(encodeRequest({ user: `user-${peer}-${n}`, password: 'wrong', command: ':' }));
    const answer = (await buffer(socket)).toString('latin1');
    times.push(performance.now() - begin);
    if (answer !== REFUSED) throw new Error(`a login was answered ${JSON.stringify(answer)}`);
  }
}

await Promise.all(Array.from({ length: peers }, (_, peer) => guess(peer)));
console.log(JSON.stringify(times));
