import { ReplyDecoder, type ReplyFrame, StderrDecoder, type StderrFrame } from '../../../codec/index.ts';
import type { Place } from '../connection/place.ts';
import type { Lookahead } from './lookahead.ts';

const ANSWER_SECONDS = 60;

/** Bounds the wait for an answer. */
export type Bound = <T>(answer: Promise<T>) => Promise<T>;

export const answerWithin =
  (place: Place, seconds: number = ANSWER_SECONDS): Bound =>
  (answer) =>
    place.within(seconds, answer, 'REXEC_TIMED_OUT', `no answer to the login within ${seconds} s`);

/**
 * What a daemon answers once it accepted: that it did, then stdout. A refusal is thrown.
 *
 * @param inTime bounds the wait for the answer: for a refusal, of which the first byte has come, its last one
 */
export async function* readReply(
  connection: Lookahead,
  place: Place,
  inTime: Bound,
): AsyncGenerator<Exclude<ReplyFrame, { type: 'refused' }>, void, undefined> {
  const frames = connection.feed<ReplyFrame>(new ReplyDecoder({ ownsInput: true }));
  try {
    for (let next = await inTime(frames.next()); !next.done; next = await frames.next()) {
      const frame = next.value;
      // Servers of other systems end a line with a carriage return too.
      if (frame.type === 'refused') throw place.error('REXEC_REFUSED', frame.text.replace(/\r$/, ''));
      yield frame;
    }
  } finally {
    frames.return().catch(() => {}); // it ends with the connection, which may be later
  }
}

/** What a daemon sends on the stderr channel after the first `skip` bytes. */
export const readStderr = (connection: Lookahead, skip: number): AsyncIterable<StderrFrame> =>
  connection.feed<StderrFrame>(new StderrDecoder({ ownsInput: true }), skip);
