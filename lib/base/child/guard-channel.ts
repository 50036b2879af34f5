import type { ChildProcess } from 'node:child_process';
import { faultOf, LONGEST_MESSAGE } from './messages.ts';

/** What Node reads its channel to a child by, and no public method of it. The one place that uses it. */
interface Channel {
  onread(bytes?: ArrayBuffer): void;
  /** The descriptor that came with the bytes. */
  pendingHandle: { close(): void } | null;
}

const NEWLINE = 10;
/** The child got a handle, or could not. */
const ACKNOWLEDGEMENTS = ['NODE_HANDLE_ACK', 'NODE_HANDLE_NACK'];

const channelOf = (child: ChildProcess): Channel | undefined =>
  Object.getOwnPropertySymbols(child)
    .map((symbol) => Reflect.get(child, symbol))
    .find((value) => typeof value?.onread === 'function');

/**
 * SECURITY: Node trusts a child. Text that is not JSON and an acknowledgement of nothing throw in this process, outside of
 * all calls; a line without an end takes its memory; handles that come are descriptors of it. Here all of them break the
 * rules: `broken` gets the cause, and nothing more is heard.
 */
export function guardChannel(child: ChildProcess, broken: (cause: string) => void): void {
  const channel = channelOf(child);
  const [internal] = child.listeners('internalMessage');
  if (!channel || !internal) return broken('the IPC channel of this Node.js is of an unknown kind');
  let deaf = false;
  const guarded = (hear: () => void): void => {
    if (deaf) return;
    try {
      hear();
    } catch (error) {
      deaf = true;
      broken(faultOf(error));
    }
  };
  let line = 0; // bytes of the last one, so far
  const read = channel.onread;
  channel.onread = (bytes) => {
    if (!bytes) return read.call(channel);
    const { pendingHandle } = channel;
    channel.pendingHandle = null;
    pendingHandle?.close();
    guarded(() => {
      if (pendingHandle) throw new Error();
      const end = new Uint8Array(bytes).lastIndexOf(NEWLINE);
      line = bytes.byteLength + (end < 0 ? line : -end - 1);
      if (line > LONGEST_MESSAGE) throw new RangeError(`a message of more than ${LONGEST_MESSAGE} bytes`);
      read.call(channel, bytes);
    });
  };
  child.removeAllListeners('internalMessage').on('internalMessage', (message) =>
    guarded(() => {
      if (!ACKNOWLEDGEMENTS.includes(message.cmd)) throw new Error();
      internal.call(child, message);
    }),
  );
}
