/**
 * Hosts of many kinds, on all addresses of this network: the third number of the address says what a host does. Tells its
 * port.
 */

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const FLOOD = Buffer.alloc(64 * 1024, 'flood of lines that nobody asked for\n');
const FLOODED_BYTES = 32 * 1024 * 1024;

/** What a host does once it has the login; `channel` is that of stderr. */
type Kind = (client: Socket, channel: Socket, last: number) => unknown;

function answer(client: Socket, channel: Socket, stdout: string, exit: number): void {
  client.end(`\0${stdout}`);
  channel.end(`err\n\0exit ${exit}\n`);
}

const KINDS: Readonly<Record<number, Kind>> = {
  0: (client, channel, last) =>
    answer(client, channel, last === 13 ? 'other\n' : 'same\n', last === 13 ? 3 : 0),
  3: async (client, channel) => {
    await delay(1000);
    answer(client, channel, 'slow\n', 0);
  },
  4: () => {},
  6: (client) => void client.end('\x01Login incorrect.\n'),
  7: async (client, channel) => {
    client.write('\0');
    for (let sent = 0; sent < FLOODED_BYTES; sent += FLOOD.length)
      if (!client.write(FLOOD)) await once(client, 'drain');
    client.end();
    channel.end('\0exit 0\n');
  },
  8: (client) => void client.end(),
  9: async (client, channel) => {
    client.end('\0half\n');
    await delay(500);
    channel.end('late\n\0exit 5\n');
  },
};

const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  client.on('error', () => {});
  serve(client).catch(() => client.destroy());
});

async function serve(client: Socket): Promise<void> {
  const [third = 0, last = 0] = (client.localAddress ?? '').split('.').slice(2).map(Number);
  let text = '';
  let channel: Socket | undefined;
  while (text.split('\0').length < 5) {
    const chunk: Buffer | null = client.read();
    if (chunk) text += chunk.toString('latin1');
    else await once(client, 'readable');
    if (channel || !text.includes('\0')) continue;
    channel = connect({
      host: client.remoteAddress!,
      port: Number(text.split('\0')[0]),
      localAddress: client.localAddress!,
      allowHalfOpen: true,
    });
    channel.on('error', () => {}).resume();
    await once(channel, 'connect');
  }
  client.resume();
  await (KINDS[third] ?? KINDS[0]!)(client, channel!, last);
}

server.listen(0, '0.0.0.0', 4096, () => {
  const { port } = server.address() as { port: number };
  console.log(JSON.stringify({ port, pid: process.pid }));
});
