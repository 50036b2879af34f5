import { STATUS_ACCEPTED, STATUS_REFUSED } from '../../../codec/index.ts';
import { isFatal } from '../judge/due.ts';
import { shown } from '../script/byte-text.ts';
import { behaviourOf, isHarmless } from '../script/commands.ts';
import { portOf } from '../script/request-model.ts';
import type { Sight, Violation } from './sight.ts';

const STATUS_BYTES: readonly (number | undefined)[] = [STATUS_ACCEPTED, STATUS_REFUSED];
/** Our own extension, for a peer that sent a byte 0: docs/protocol.md. */
const EXIT_STATUS = /\0(?:exit \d{1,3}|signal [A-Z0-9+-]+)\n$/;

/** What is wrong with the connection back, if anything. */
export function judgeChannel({ peer, options, reply, due, mayRun, reading }: Sight): Violation | undefined {
  const { channel, sent, serverAddress } = peer;
  if (!channel) return undefined;
  const { how, connections, sentBefore, from, astray, port } = channel;
  const asked = portOf(sent, options.rules);
  if (how === 'reserved') {
    if (connections === 0) return undefined;
    return { oracle: 'channel.reserved', cause: 'reserved port', detail: `connected to port ${port}` };
  }
  if (astray > 0)
    return {
      oracle: 'channel.astray',
      cause: 'another address',
      detail: `came to 127.0.0.1 instead of the peer`,
    };
  if (connections > 1)
    return {
      oracle: 'channel.twice',
      cause: 'more than once',
      detail: `${connections} connections to port ${port}`,
    };
  if (connections === 1) {
    if (asked?.port !== port)
      return {
        oracle: 'channel.unasked',
        cause: asked ? 'another port' : 'no valid port',
        detail: `port ${port}`,
      };
    if (asked.at > sentBefore)
      return { oracle: 'channel.early', cause: 'before the NUL', detail: `after ${sentBefore} bytes` };
    if (from !== serverAddress)
      return {
        oracle: 'channel.from',
        cause: 'another address',
        detail: `from ${from}, not ${serverAddress}`,
      };
    if (
      STATUS_BYTES.includes(channel.received[0]) &&
      reply.status !== 'accepted' &&
      reply.status !== 'refused'
    )
      return {
        oracle: 'channel.status',
        cause: 'status on the stderr channel',
        detail: `byte ${channel.received[0]}`,
      };
  }
  if (asked?.port === port && connections === 0 && reply.status === 'accepted')
    return { oracle: 'channel.missing', cause: 'accepted without it', detail: `port ${port} (${how})` };
  if (due.channel && mayRun && reading.state === 'complete' && connections === 0)
    return { oracle: 'channel.missing', cause: 'not connected', detail: `port ${port} (${how})` };
  return undefined;
}

/** Whether stderr came on the channel, whole and alone. */
export function judgeChannelOutput({ peer, mayRun, reply, reading }: Sight): Violation | undefined {
  const { channel } = peer;
  if (!channel || !mayRun || reading.state !== 'complete' || reply.status !== 'accepted') return undefined;
  const { how, end, received, signals, wasReset } = channel;
  if ((how !== 'accept' && how !== 'late') || end !== 'closed' || wasReset || peer.end !== 'closed')
    return undefined;
  if (!isHarmless(reading.command) || signals.some(isFatal)) return undefined;
  const text = received.toString('latin1');
  const told = signals.includes(0) ? text.replace(EXIT_STATUS, '') : text;
  const { stderr } = behaviourOf(reading.command);
  if (told === stderr) return undefined;
  return { oracle: 'channel.output', cause: 'other stderr', detail: shown(told.slice(0, 80)) };
}
