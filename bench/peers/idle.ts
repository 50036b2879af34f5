/**
 * Holds peers in the middle of a request, in a process of its own so that they cost the bench nothing. Told
 * `{ port, count }` over IPC, connects until there are that many, and tells how many there are.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const ADDRESSES = 16; // 127.0.0.2 and on: a port number is not enough for many
const AT_A_TIME = 128; // more than the daemon's backlog would only wait for the kernel to try again

const peers: Socket[] = [];

process.on('message', async ({ port, count }: { port: number; count: number }) => {
  const worker = async () => {
    while (peers.length < count) {
      const localAddress = `127.0.0.${2 + (peers.length % ADDRESSES)}`;
      const peer = connect({ host: '127.0.0.1', port, localAddress, noDelay: true });
      peer.on('error', (error) => {
        throw error; // the bench sees this process end
      });
      peers.push(peer);
      await once(peer, 'connect');
      peer.write('0\0idle\0half of a pass');
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  process.send!(peers.length);
});
process.once('disconnect', () => process.exit());
