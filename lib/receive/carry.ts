import type { Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import { type ExitStatus, encodeSignalFrame } from '../../codec/index.ts';
import { type Connection, lingeringClose, type MuxedChannel } from '../connection/index.ts';

/** A peer's connection whose keys are here, and the socket pairs that join it to the host of its command. */
export interface CarriedConnection {
  readonly connection: Connection;
  /** Bytes of the peer that were read and not carried yet. */
  readonly early: Buffer;
  readonly near: Socket;
  readonly muxed: MuxedChannel | undefined;
  /** For stderr and signals, if the connection is multiplexed. */
  readonly nearStderr: Socket | undefined;
  /** Resolves when the command has ended, or was not started. */
  readonly ended: Promise<ExitStatus | undefined>;
  readonly drainSeconds: number;
}

/** Carries plain bytes both ways until the command has ended. Resolves when the peer's connection is closed; never rejects. */
export async function carry(carried: CarriedConnection): Promise<void> {
  const { connection, near, muxed, nearStderr, ended, drainSeconds } = carried;
  const left = Promise.withResolvers<void>();
  const gone = () => {
    near.destroy();
    nearStderr?.destroy();
    left.resolve();
  };
  if (connection.destroyed) gone();
  else connection.once('close', gone);
  if (carried.early.length > 0) near.write(carried.early);
  connection.pipe(near);
  near.pipe(connection, { end: false });
  const output = finished(near, { writable: false }).catch(() => {});
  const stderr = nearStderr && muxed?.relay(nearStderr, ended);
  muxed?.onSignal((signal) => {
    if (nearStderr?.writable) nearStderr.write(encodeSignalFrame({ type: 'signal', number: signal }));
  });
  // How the command ended may be heard after the ends of its outputs. All three come with the host's end at the latest.
  await Promise.race([Promise.all([output, stderr, ended]), left.promise]);
  const status = await Promise.race([ended, left.promise.then(() => undefined)]);
  await Promise.all([lingeringClose(connection, drainSeconds), muxed?.finish(status, drainSeconds)]);
  near.destroy();
  nearStderr?.destroy();
}
