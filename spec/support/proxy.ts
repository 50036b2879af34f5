import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { TestContext } from 'node:test';

/** A proxy that says whose connections it passes on, in one piece with the first bytes of each; its port. */
export async function startProxy(t: TestContext, to: number, header: string): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const daemon = connect({ host: '127.0.0.1', port: to, localAddress: PROXY, allowHalfOpen: true });
    client.once('data', (first) => {
      daemon.write(Buffer.concat([Buffer.from(header, 'latin1'), first]));
      client.pipe(daemon);
    });
    daemon.pipe(client);
    for (const [one, other] of [
      [client, daemon],
      [daemon, client],
    ] as const)
      one.on('error', () => other.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** The address that it connects from. */
export const PROXY = '127.0.7.1';
