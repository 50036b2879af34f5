import { isFatal } from '../judge/due.ts';
import { shown } from '../script/byte-text.ts';
import { behaviourOf } from '../script/commands.ts';
import { causeOf, type Sight, type Violation } from './sight.ts';

/** Whether everything came in time. */
export function judgeTime({ peer, options, reading, reply, due }: Sight): Violation | undefined {
  if (peer.end !== 'open' || peer.wasReset) return undefined;
  const waited = `${options.boundMs} ms`;
  const kind =
    reading.state === 'complete'
      ? reply.status === 'accepted'
        ? 'command'
        : 'request'
      : 'inside the request';
  if (due.answer && reply.status === 'none' && !(reading.state === 'open' && peer.halfClosed))
    return { oracle: 'time.answer', cause: kind, detail: `no answer within ${waited}` };
  if (!due.end) return undefined;
  if (peer.channel?.signals.some(isFatal) && reply.status === 'accepted')
    return {
      oracle: 'signal.lost',
      cause: 'the command keeps running',
      detail: `after signals ${peer.channel.signals.join(' ')}`,
    };
  const late =
    peer.halfClosed && (reading.state !== 'complete' || behaviourOf(reading.command).ends === 'with stdin');
  return { oracle: late ? 'time.half-close' : 'time.end', cause: kind, detail: `no end within ${waited}` };
}

/** Whether the output is that of the command, and arrived. */
export function judgeOutput({ peer, reading, reply, mayRun }: Sight): Violation | undefined {
  const { channel, end } = peer;
  if (peer.wasReset || reply.status === 'none') return undefined;
  if (end === 'reset')
    return {
      oracle: 'end.reset',
      cause: `${reply.status}, ${causeOf(reading)}`,
      detail: `after ${reply.rest.length} bytes`,
    };
  if (!mayRun || reading.state !== 'complete' || reply.status !== 'accepted' || end !== 'closed')
    return undefined;
  if (channel?.signals.some(isFatal)) return undefined;
  const { stdout, stderr } = behaviourOf(reading.command);
  const own = stdout === 'stdin' ? reading.stdin.toString('latin1') : stdout;
  const expected = reading.port === 0 ? own + stderr : own;
  const got = reply.rest.toString('latin1');
  if (got === expected) return undefined;
  const detail = `${got.length} bytes instead of ${expected.length}: ${shown(got.slice(0, 60))}`;
  const second = secondStatus(got, expected);
  if (second !== undefined)
    return { oracle: 'answer.twice', cause: `accepted, then status ${second}`, detail };
  return stdout === 'stdin'
    ? { oracle: 'output.stdin', cause: got.length < expected.length ? 'bytes lost' : 'other bytes', detail }
    : { oracle: 'output.wrong', cause: 'other bytes', detail };
}

/** The status byte that follows the first one: before the output, after it, or a refusal instead of it. */
function secondStatus(got: string, expected: string): number | undefined {
  if (got === `\0${expected}`) return 0;
  if (!expected.startsWith('\x01') && /^\x01[^\n]*\n?$/.test(got)) return 1;
  const extra = got.startsWith(expected) ? got.charCodeAt(expected.length) : Number.NaN;
  return extra === 0 || extra === 1 ? extra : undefined;
}
