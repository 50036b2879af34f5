import { ReplyDecoder, type ReplyFrame, StderrDecoder, type StderrFrame } from '../../../codec/index.ts';
import type { Place } from '../connection/place.ts';
import type { Lookahead } from './lookahead.ts';

/** What a daemon answers once it accepted: that it did, then stdout. A refusal is thrown. */
export async function* readReply(
  connection: Lookahead,
  place: Place,
): AsyncGenerator<Exclude<ReplyFrame, { type: 'refused' }>, void, undefined> {
  for await (const frame of connection.feed<ReplyFrame>(new ReplyDecoder({ ownsInput: true }))) {
    // Servers of other systems end a line with a carriage return too.
    if (frame.type === 'refused') throw place.error('REXEC_REFUSED', frame.text.replace(/\r$/, ''));
    yield frame;
  }
}

/** What a daemon sends on the stderr channel after the first `skip` bytes. */
export const readStderr = (connection: Lookahead, skip: number): AsyncIterable<StderrFrame> =>
  connection.feed<StderrFrame>(new StderrDecoder({ ownsInput: true }), skip);
