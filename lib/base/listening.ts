import { once } from 'node:events';
import { connect, type NetConnectOpts } from 'node:net';
import { codeOf } from './reason.ts';

/** Whether connecting failed because no one listens there. */
export const isAbsence = (error: unknown): boolean => ['ENOENT', 'ECONNREFUSED'].includes(codeOf(error));

/** Whether someone listens there. Only a certain no is false: a full queue, say, is someone's. */
export async function isListenedOn(where: NetConnectOpts): Promise<boolean> {
  const socket = connect(where);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    return !isAbsence(error);
  } finally {
    socket.destroy();
  }
}
