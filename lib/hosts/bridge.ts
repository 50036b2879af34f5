import type { Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import { type ExitStatus, encodeSignalFrame } from '../../codec/index.ts';
import { unreadSocket } from '../launch/index.ts';
import { enlargeSendBuffer, openSocketPair } from '../native/index.ts';
import { type Job, lingeringClose, type RunEvents, statusOfFailure } from '../run/index.ts';

/** The ends that go to the host instead of the peer's own connections. */
export interface Bridge {
  readonly connection: Socket;
  readonly stderrSocket: Socket | undefined;
  /** Events of the run, of which some have to go to the peer from here. */
  readonly events: RunEvents;
  /** Carries bytes until the run has ended. Resolves when the peer's connection is closed; never rejects. */
  carry(onPeerGone: () => void): Promise<void>;
}

/**
 * Joins a connection whose keys are here, TLS, to a host, which gets plain bytes by socket pairs that no command sees:
 * one for the main stream, and one for stderr and signals if the connection is multiplexed.
 */
export function bridge({ connection, muxed, options }: Job, events: RunEvents): Bridge {
  const [near, far] = socketPair();
  const [nearStderr, farStderr] = muxed ? socketPair() : [];
  const drain = options.drainSeconds;
  let status: ExitStatus | undefined;
  const shell = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();

  async function carry(onPeerGone: () => void): Promise<void> {
    const gone = () => {
      near.destroy();
      nearStderr?.destroy();
      left.resolve();
      onPeerGone();
    };
    if (connection.destroyed) gone();
    else connection.once('close', gone);
    connection.pipe(near);
    near.pipe(connection, { end: false });
    const output = finished(near, { writable: false }).catch(() => {});
    const stderr = nearStderr && muxed?.relay(nearStderr, shell.promise);
    muxed?.onSignal((signal) => {
      if (nearStderr?.writable) nearStderr.write(encodeSignalFrame({ type: 'signal', number: signal }));
    });
    // How the command ended may be heard after the ends of its outputs. All three come with the host's end at the latest.
    await Promise.race([Promise.all([output, stderr, shell.promise]), left.promise]);
    await Promise.all([lingeringClose(connection, drain), muxed?.finish(status, drain)]);
    near.destroy();
    nearStderr?.destroy();
  }

  return {
    connection: far,
    stderrSocket: farStderr,
    events: {
      ...events,
      ended(how) {
        status = how;
        shell.resolve();
        events.ended(how);
      },
      failed(error) {
        status = statusOfFailure(error);
        shell.resolve();
        events.failed(error);
      },
    },
    carry,
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
