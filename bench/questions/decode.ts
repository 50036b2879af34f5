import { PassThrough } from 'node:stream';
import { RequestDecoder, type RequestFrame } from '../../codec/index.ts';
import { Helper } from '../peers/helper.ts';
import { transfer } from '../peers/transfer.ts';
import type { Bench, Case, Goal, Question } from '../question.ts';
import { barOf, compared, times } from '../report/sentences.ts';
import type { Results } from '../results.ts';

/** What does the codec cost, a request and in bulk? */

const REQUEST = Buffer.from('1024\0ada\0s3cret\0/usr/bin/id -u\0', 'latin1');
const REQUESTS = 20_000; // of one timed run
const BYTES = [...REQUEST].map((byte) => Buffer.of(byte));
const [ONE_CHUNK, BYTE_BY_BYTE, CONTROL] = ['one chunk', 'byte by byte', 'control: indexOf only'] as const;
const STREAM = 'control: a Transform that does nothing';
const [PLAIN, CODEC] = ['stdin relayed by a plain pipe', 'stdin relayed through the codec'] as const;

/** The fields that the decoder makes of the chunks; it is new each time, as for each peer. */
function decode(chunks: readonly Buffer[]): Promise<string> {
  const decoder = new RequestDecoder();
  let fields = '';
  decoder.on('data', (frame: RequestFrame) => {
    fields += `${contentOf(frame)}\n`;
  });
  for (const chunk of chunks) decoder.write(chunk);
  decoder.end();
  return new Promise((resolve, reject) => decoder.once('end', () => resolve(fields)).once('error', reject));
}

function contentOf(frame: RequestFrame): string | number | Buffer {
  if (frame.type === 'stderrPort') return frame.port;
  if (frame.type === 'password') return frame.secret;
  return frame.type === 'stdin' ? frame.chunk : frame.bytes;
}

/** The least that could do it: no stream, no limit, no grammar. */
async function split(chunk: Buffer): Promise<string> {
  let fields = '';
  for (let from = 0, at = chunk.indexOf(0); at !== -1; from = at + 1, at = chunk.indexOf(0, from))
    fields += `${chunk.toString('latin1', from, at)}\n`;
  return fields;
}

/** What a stream costs that is made, written to and ended, whatever it does. */
function passThrough(): Promise<string> {
  const stream = new PassThrough({
    readableObjectMode: true,
    readableHighWaterMark: 1,
    writableHighWaterMark: 1,
  });
  let passed = '';
  stream.on('data', (chunk: Buffer) => {
    passed += chunk.length;
  });
  stream.end(REQUEST);
  return new Promise((resolve) => stream.once('end', () => resolve(passed)));
}

export const question: Question = {
  asks: 'What does the codec cost?',
  figures: { time: { unit: 'µs/request', better: 'less' }, throughput: { unit: 'MB/s', better: 'more' } },

  async prepare(bench) {
    const cases = [
      requestCase(CONTROL, () => split(REQUEST)),
      requestCase(STREAM, passThrough),
      requestCase(ONE_CHUNK, () => decode([REQUEST])),
      requestCase(BYTE_BY_BYTE, () => decode(BYTES)),
      await relayCase(bench, PLAIN, 'plain'),
      await relayCase(bench, CODEC, 'codec'),
    ];
    return {
      cases,
      goals,
      plots: (results) => [
        {
          kind: 'bars',
          title: 'Decoding a request',
          sentence: compared(
            results,
            'time',
            [
              ['In one chunk', ONE_CHUNK],
              ['byte by byte', BYTE_BY_BYTE],
            ],
            'what looking for the NULs alone takes',
          ),
          label: 'microseconds',
          bars: [CONTROL, STREAM, ONE_CHUNK, BYTE_BY_BYTE].flatMap((name) => barOf(results, name, 'time')),
        },
        {
          kind: 'bars',
          title: 'Relaying stdin',
          sentence: compared(
            results,
            'throughput',
            [['Through the codec', CODEC]],
            'the throughput of a plain pipe',
          ),
          label: 'MB a second',
          bars: [PLAIN, CODEC].flatMap((name) => barOf(results, name, 'throughput')),
        },
      ],
    };
  },
};

function requestCase(name: string, decodeOnce: () => Promise<string>): Case {
  return {
    name,
    ...(name !== CONTROL && { against: CONTROL }),
    ...(name !== STREAM && { answer: decodeOnce }),
    async run() {
      const startedAt = performance.now();
      for (let left = REQUESTS; left > 0; left -= 1) await decodeOnce();
      return { time: ((performance.now() - startedAt) * 1000) / REQUESTS };
    },
  };
}

/** A process that relays what it reads to `cat > /dev/null`, as the daemon relays stdin. */
async function relayCase(bench: Bench, name: string, how: 'plain' | 'codec'): Promise<Case> {
  const bytes = bench.quick ? 2 ** 26 : 2 ** 30;
  const port = await new Helper(bench, 'relay.ts', [how]).told<number>();
  return {
    name,
    ...(how === 'codec' && { against: PLAIN }),
    async run() {
      const { seconds } = await transfer(port, ':', { input: bytes });
      return { throughput: bytes / 1e6 / seconds };
    },
  };
}

function goals(results: Results): Goal[] {
  const goal = (name: string, most: number): Goal => {
    const { median, min, max } = results.of(name, 'time')!;
    const got = `${median.toFixed(1)} µs (${min.toFixed(1)} to ${max.toFixed(1)})`;
    return { id: 7, want: `${name}: at most ${most} µs`, got, reached: median <= most };
  };
  const ratio = results.ratio(CODEC, 'throughput')!;
  const want = 'stdin frames add under 5 % to a bulk relay: at least 0.95 of a plain pipe';
  return [
    goal(ONE_CHUNK, 2),
    goal(BYTE_BY_BYTE, 10),
    { id: 7, want, got: times(ratio), reached: ratio.median > 0.95 },
  ];
}
