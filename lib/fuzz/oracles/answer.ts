import { isUtf8 } from 'node:buffer';
import { FIELD_LABEL, STATUS_ACCEPTED, STATUS_REFUSED } from '../../../codec/index.ts';
import { shown } from '../script/byte-text.ts';
import { readRequest } from '../script/request-model.ts';
import { causeOf, type Sight, type Violation, wordingOf } from './sight.ts';

const LOGIN_WORDS = /incorrect|denied|not correct|invalid user/i;
const UNPRINTABLE = /[\x00-\x08\x0a-\x1f\x7f]/;

/** Whether the limits are where they should be. */
export function judgeLimits({ peer, options, reading, reply, bytes, due }: Sight): Violation | undefined {
  const { text, status } = reply;
  if (reading.state === 'refusable' && reading.cause === 'long') {
    const field = reading.field;
    const passed = status === 'accepted' || (status === 'refused' && /incorrect|denied|EOF/i.test(text));
    const waits = bytes.length === 0 && peer.end === 'open' && due.answer;
    if (passed || waits) {
      const what = waits ? 'waits for more' : `says ${status === 'accepted' ? 'yes' : wordingOf(text)}`;
      return {
        oracle: 'limit.high',
        cause: field,
        detail: `${field} is beyond ${options.rules.limits[field]} and the server ${what}`,
      };
    }
  }
  const [, label] = /^(\w+) too long/.exec(text) ?? [];
  if (status !== 'refused' || label === undefined) return undefined;
  const then = readRequest(peer.sent.subarray(0, sentAtAnswer(peer.arrivals)), options.rules);
  if (then.state === 'refusable' && FIELD_LABEL[then.field] === label && then.cause === 'long')
    return undefined;
  return { oracle: 'limit.low', cause: label, detail: `${shown(text)} for ${causeOf(then)}` };
}

const sentAtAnswer = (arrivals: Sight['peer']['arrivals']): number => arrivals[0]?.sent ?? 0;

/** Whether the answer has the form of one, and did not come before its cause. */
export function judgeForm(sight: Sight): Violation | undefined {
  const { peer, options, reply, bytes } = sight;
  if (reply.status === 'none') return undefined;
  if (reply.status === 'unknown')
    return { oracle: 'answer.status', cause: 'another first byte', detail: `begins with byte ${bytes[0]}` };
  const then = readRequest(peer.sent.subarray(0, sentAtAnswer(peer.arrivals)), options.rules);
  const decided = reply.status === 'accepted' || LOGIN_WORDS.test(reply.text);
  if (decided && then.state === 'open')
    return {
      oracle: 'answer.early',
      cause: `${reply.status}, ${causeOf(then)}`,
      detail: `after ${sentAtAnswer(peer.arrivals)} bytes`,
    };
  return reply.status === 'refused' ? refusalForm(sight) : undefined;
}

function refusalForm({ peer, reply: { text, terminated, rest } }: Sight): Violation | undefined {
  const told = shown(text.slice(0, 80));
  if (UNPRINTABLE.test(text)) return { oracle: 'answer.line', cause: 'control characters', detail: told };
  if (!terminated && peer.end !== 'open') return { oracle: 'answer.line', cause: 'no newline', detail: told };
  if (terminated && text === '') return { oracle: 'answer.line', cause: 'no text', detail: told };
  if (rest.length === 0) return undefined;
  const second = rest[0] === STATUS_ACCEPTED || rest[0] === STATUS_REFUSED;
  const detail = shown(rest.toString('latin1', 0, 80));
  return second
    ? { oracle: 'answer.twice', cause: `refused, then status ${rest[0]}`, detail }
    : { oracle: 'answer.line', cause: 'more after the newline', detail };
}

/** Whether the answer is the right one. */
export function judgeVerdict(sight: Sight): Violation | undefined {
  const { peer, options, reading, reply, goodLogin, mayRun, due } = sight;
  if (reply.status === 'accepted') {
    if (reading.state === 'refusable')
      return { oracle: 'accept.invalid', cause: causeOf(reading), detail: 'accepted' };
    if (reading.state === 'complete' && options.login && !goodLogin)
      return { oracle: 'accept.login', cause: 'another login', detail: `user ${shownStart(reading.user)}` };
  }
  if (reply.status === 'refused' && mayRun && reading.state === 'complete' && isUtf8(reading.command))
    return { oracle: 'refuse.valid', cause: wordingOf(reply.text), detail: shown(reply.text) };
  if (reply.status === 'none' && due.answer && peer.end !== 'open') {
    const login = reading.state === 'complete' ? (goodLogin ? ', valid login' : ', refused login') : '';
    const cause = `${causeOf(reading)}${login}`;
    return { oracle: 'answer.missing', cause, detail: `the connection is ${peer.end} without a byte` };
  }
  if (
    reply.status === 'none' &&
    peer.end !== 'open' &&
    reading.state === 'open' &&
    !peer.halfClosed &&
    !peer.wasReset
  )
    return {
      oracle: 'answer.missing',
      cause: causeOf(reading),
      detail: `${peer.end} while the peer continues`,
    };
  return undefined;
}

const shownStart = (bytes: Buffer): string => shown(bytes.toString('latin1', 0, 40));
