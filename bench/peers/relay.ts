/**
 * Relays what each peer sends after a request to `cat > /dev/null`: as it comes (`plain`), or as the stdin frames that a
 * RequestDecoder makes of it (`codec`). Answers a NUL at once, and closes when cat has ended. Tells its port over IPC.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { RequestDecoder, type RequestFrame } from '../../codec/index.ts';

const [, , how] = process.argv;
const server = createServer({ allowHalfOpen: true, noDelay: true }, (peer) => {
  relay(peer).catch(() => peer.destroy());
});
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());

async function relay(peer: Socket): Promise<void> {
  const cat = spawn('sh', ['-c', 'exec cat > /dev/null'], { stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(cat, 'exit');
  peer.write('\0');
  if (how === 'codec')
    await pipeline(
      peer,
      new RequestDecoder({ ownsInput: true }),
      async (frames: AsyncIterable<RequestFrame>) => {
        for await (const frame of frames)
          if (frame.type === 'stdin' && !cat.stdin.write(frame.chunk)) await once(cat.stdin, 'drain');
        cat.stdin.end();
      },
    );
  else await pipeline(peer, cat.stdin);
  await ended;
  peer.end();
}
