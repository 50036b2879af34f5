import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Two connected stream sockets, which Node itself cannot make: one to give to a child for several descriptors at
 * once, one to read. Made in a directory that only this account can enter, so nobody else can take an end.
 */
export async function socketPair(): Promise<readonly [near: Socket, far: Socket]> {
  const directory = await mkdtemp(join(tmpdir(), 'rexecd-'));
  const server = createServer();
  try {
    server.listen(join(directory, randomUUID()));
    await once(server, 'listening');
    const accepted = once(server, 'connection');
    const far = connect(server.address() as string);
    const [near] = (await accepted) as [Socket];
    return [near, far];
  } finally {
    server.close();
    await rm(directory, { recursive: true, force: true });
  }
}
