/**
 * Peers of a daemon, from the addresses of the plan (JSON, see private-network.ts), one after another: prints the first
 * bytes that each is answered as a line of JSON, and keeps the connections until its stdin ends.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { PeersPlan } from '../machine/private-network.ts';

const { host, port, from, command, stderr = false } = JSON.parse(process.argv[2]!) as PeersPlan;
for (const [index, localAddress] of from.entries()) {
  let stderrPort = '';
  if (stderr) {
    const server = createServer((channel) => channel.resume());
    server.listen(20_000 + index, localAddress);
    await once(server, 'listening');
    stderrPort = `${(server.address() as AddressInfo).port}`;
  }
  const peer = connect({ host, port, localAddress, allowHalfOpen: true });
  await once(peer, 'connect');
  peer.write(`${stderrPort}\0ada\0s3cret\0${command}\0`);
  const [answer] = (await once(peer, 'data')) as [Buffer];
  console.log(JSON.stringify(answer.toString('latin1')));
}
process.stdin.once('end', () => process.exit()).resume();
