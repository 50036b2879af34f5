import type { Transform } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';

/** How a stream that is being fed `input` is read; settles when it has closed. */
export type Reading = <Output>(
  stream: Transform,
  input: Iterable<unknown>,
  take: (output: Output) => void,
) => Promise<void>;

/** Feeds all of the input without minding back-pressure, as a peer that is ahead of us looks like. */
function feed(stream: Transform, input: Iterable<unknown>): Promise<void> {
  for (const each of input) stream.write(each);
  stream.end();
  return finished(stream);
}

/** Ways to read a stream of the codec, besides a pipeline. */
export const READINGS: Readonly<Record<string, Reading>> = {
  'data events': (stream, input, take) => feed(stream.on('data', take), input),
  'late data events': async (stream, input, take) => {
    const closed = feed(stream, input);
    await Promise.race([closed, setImmediate()]);
    stream.on('data', take);
    return closed;
  },
  'readable events': (stream, input, take) => {
    stream.on('readable', () => {
      for (let output = stream.read(); output !== null; output = stream.read()) take(output);
    });
    return feed(stream, input);
  },
  'a slow iteration': async (stream, input, take) => {
    feed(stream, input).catch(() => {}); // the iteration fails with the same error
    for await (const output of stream) {
      take(output);
      await setImmediate();
    }
  },
};
