import type { Socket } from 'node:net';
import { unreadSocket } from '../base/index.ts';
import { enlargeSendBuffer, openSocketPair } from '../native/index.ts';
import type { Released } from '../receive/index.ts';
import type { Reader } from './reader.ts';

/** A secure connection, as a host gets it: its keys stay in the reader, plain bytes come by socket pairs. */
export type Carried = Pick<Released, 'connection' | 'early' | 'stderrSocket' | 'carriesStderr'> & {
  /** The ends of the pairs that are for the host. */
  readonly far: readonly Socket[];
};

/** Has a reader carry the bytes of a visit, multiplexed or not. @throws SystemError if there are no descriptors left */
export function carriedBy(reader: Reader, id: string, muxed: boolean, carriesStderr: boolean): Carried {
  const [near, far] = socketPair();
  const [nearStderr, farStderr] = muxed ? socketPair() : [];
  if (nearStderr) reader.give({ say: 'carryStderr', id }, nearStderr);
  reader.give({ say: 'carry', id }, near);
  return {
    connection: far,
    early: Buffer.alloc(0),
    far: farStderr ? [far, farStderr] : [far],
    ...(farStderr && { stderrSocket: farStderr, carriesStderr }),
  };
}

function socketPair(): [near: Socket, far: Socket] {
  const pair = openSocketPair();
  enlargeSendBuffer(pair[1]); // for output; the other way it would slow down
  const [near, far] = pair.map((fd) => {
    const socket = unreadSocket({ fd, allowHalfOpen: true });
    return socket.on('error', () => {}); // for its whole life: the streams it is joined to see its end
  }) as [Socket, Socket];
  return [near, far];
}
