import fc from 'fast-check';
import { encodeRequest } from '../../../codec/index.ts';
import { disarmed } from '../script/commands.ts';
import { type Parts, type Plan, scriptOf } from '../script/plan.ts';
import type { Rules } from '../script/request-model.ts';
import type { Part, Script } from '../script/script.ts';
import { DICTIONARY } from './dictionary.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const literally = (...texts: string[]): fc.Arbitrary<Parts> =>
  fc.constantFrom(...texts.map((text) => [bytes(text)]));
const exactly = <const T>(value: T): fc.Arbitrary<T> => fc.constant(value);
const seldom = <T>(oneIn: number, common: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: oneIn - 1, arbitrary: common }, { weight: 1, arbitrary: rare });

/** Sizes around a limit, and far beyond it. */
const around = (limit: number): fc.Arbitrary<number> =>
  fc.constantFrom(0, 1, Math.max(0, limit - 1), limit, limit + 1, limit + 2, 2 * limit + 1, limit + 4096);

const filled = (letter: string, limit: number): fc.Arbitrary<Parts> =>
  around(limit).map((size) => [Buffer.alloc(size, letter)]);

/** Any bytes but NUL, much of it not UTF-8. */
const raw = (most: number): fc.Arbitrary<Parts> =>
  fc
    .array(
      fc.oneof(
        fc.integer({ min: 1, max: 255 }).map((byte) => String.fromCharCode(byte)),
        fc.constantFrom(...DICTIONARY),
      ),
      { maxLength: most },
    )
    .map((pieces) => [bytes(pieces.join('').replaceAll('\0', ''))]);

const SPELLINGS = [
  '',
  '0',
  '00',
  '00000',
  '000000',
  '1',
  '512',
  '1023',
  '1024',
  '01024',
  '65535',
  '65536',
  '66048',
];
const MISSPELLINGS = ['131072', '-1', '+1', ' 0', '0 ', '1x', 'x', '0x400', '1e4', '\n', '\xff'];
type Port = Pick<Plan, 'port' | 'listen' | 'lateMs' | 'from'>;
const nobody = { listen: 'none', lateMs: 0, from: '' } as const;

/** How the port is spelled, and what listens there. */
const port: fc.Arbitrary<Port> = fc.oneof(
  { weight: 5, arbitrary: literally('', '0').map((spelled) => ({ port: spelled, ...nobody })) },
  {
    weight: 3,
    arbitrary: literally(...SPELLINGS, ...MISSPELLINGS).map((spelled) => ({ port: spelled, ...nobody })),
  },
  { weight: 1, arbitrary: raw(6).map((spelled) => ({ port: spelled, ...nobody })) },
  {
    weight: 5,
    arbitrary: fc.record({
      port: exactly<Parts>(['port']),
      listen: fc.constantFrom('accept', 'accept', 'accept', 'late', 'stall', 'refuse', 'reserved'),
      lateMs: fc.integer({ min: 0, max: 20 }),
      from: seldom(6, exactly(''), exactly('127.0.0.2')),
    }),
  },
  {
    weight: 1, // a listener is there, and must not be connected to
    arbitrary: fc.constantFrom('-', '+', ' ', '0x', '99').map((before) => ({
      port: [bytes(before), 'port'] satisfies Part[],
      ...nobody,
      listen: 'accept' as const,
    })),
  },
);

type Login = Pick<Plan, 'user' | 'password' | 'command'>;
const COMMANDS = [':', 'true', 'exit 7', 'echo fuzz', 'echo oops >&2', 'cat', 'cat', ''];

function login({ limits }: Rules): fc.Arbitrary<Login> {
  const command = literally(...COMMANDS);
  const padded = around(limits.command).map(
    (size): Parts => [bytes(`: ${'c'.repeat(Math.max(0, size - 2))}`)],
  );
  const [user, password]: [fc.Arbitrary<Parts>, fc.Arbitrary<Parts>] = [
    exactly(['user']),
    exactly(['password']),
  ];
  const weighted: [number, fc.Arbitrary<Login>][] = [
    [8, fc.record({ user, password, command })],
    [2, fc.record({ user, password, command: padded })],
    [2, fc.record({ user: filled('u', limits.user), password, command })],
    [2, fc.record({ user, password: filled('p', limits.password), command })],
    [1, fc.record({ user, password: literally('wrong', ''), command })],
    [1, fc.record({ user: literally('nobody-of-that-name', ''), password, command })],
    [1, fc.record({ user: raw(12), password: raw(12), command: raw(24) })],
    [1, sayable],
  ];
  return fc.oneof(...weighted.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** Any character, mostly ASCII. `fc.string` with its own units would take seconds to load. */
const character = fc
  .oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 0x7f }) },
    { weight: 1, arbitrary: fc.integer({ min: 0x80, max: 0xd7ff }) },
    { weight: 1, arbitrary: fc.integer({ min: 0xe000, max: 0x10_ffff }) },
  )
  .map((codePoint) => String.fromCodePoint(codePoint));

/** What a client can say, as the codec's own encoder says it: any text, any password. */
export const request = fc.record({
  stderrPort: fc.constantFrom(0, 1024, 40_000, 65_535),
  user: fc.string({ unit: character, maxLength: 60 }),
  password: fc.uint8Array({ min: 1, maxLength: 256 }),
  command: fc.string({ unit: character, maxLength: 100 }),
});

const sayable: fc.Arbitrary<Login> = request.map((sent) => {
  const [, user, password, command] = splitAtNuls(encodeRequest(sent));
  return { user: [user!], password: [password!], command: [command!] };
});

function splitAtNuls(wire: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < wire.length; ) {
    const nul = wire.indexOf(0, at);
    pieces.push(wire.subarray(at, nul));
    at = nul + 1;
  }
  return pieces;
}

/** A NUL that is missing, is something else, or is there twice. */
const terminators: fc.Arbitrary<Plan['terminators']> = seldom(
  12,
  exactly<Plan['terminators']>(['\0', '\0', '\0', '\0']),
  fc
    .record({ field: fc.integer({ min: 0, max: 3 }), end: fc.constantFrom('', '\0\0', '\n', '\r\n', ' ') })
    .map(({ field, end }) => ['\0', '\0', '\0', '\0'].with(field, end) as unknown as Plan['terminators']),
);

const ENDS = [
  'half-close',
  'half-close',
  'half-close',
  'half-close at once',
  'wait',
  'none',
  'reset',
] as const;

const transport = fc.record({
  earlyStdin: fc.constantFrom('', '', '', 'early\0stdin\n', '\0', 'x'.repeat(5000)),
  lateStdin: fc.constantFrom('', '', '', 'late\n', '\0\x01', 'y'.repeat(70_000)),
  cut: fc.constantFrom('whole', 'whole', 'fields', 'anywhere', 'every'),
  cutAt: fc.double({ min: 0, max: 1, noNaN: true }),
  every: fc.constantFrom(1, 2, 7, 64, 255, 256, 257, 1024),
  pauseMs: fc.constantFrom(0, 0, 0, 1, 5),
  waits: fc.boolean(),
  signals: seldom(
    3,
    exactly<readonly number[]>([]),
    fc.oneof(
      fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 5 }),
      fc.constantFrom([15], [0], [64, 65, 128, 255], [0, 9], [19, 18, 9], [2]),
    ),
  ),
  channelEnd: seldom(8, exactly('none'), fc.constantFrom('half-close', 'reset')),
  stop: seldom(10, exactly(1), fc.double({ min: 0, max: 1, noNaN: true })),
  end: fc.constantFrom(...ENDS),
});

/** One peer, from its first byte to its last. */
const onePeer = (rules: Rules): fc.Arbitrary<Script> =>
  fc
    .tuple(port, login(rules), transport, terminators)
    .map(([where, who, how, ends]) => scriptOf({ ...where, ...who, ...how, terminators: ends }));

/** Two peers at once, their steps mixed, each in its own order. */
const twoPeers = (rules: Rules): fc.Arbitrary<Script> =>
  fc.tuple(onePeer(rules), onePeer(rules), fc.infiniteStream(fc.boolean())).map(([one, other, order]) => {
    const [first, second] = [[...one.steps], other.steps.map((step) => ({ ...step, peer: 'b' as const }))];
    const steps = [];
    for (const takesFirst of order) {
      const step = (takesFirst ? first : second).shift() ?? first.shift() ?? second.shift();
      if (!step) break;
      steps.push(step);
    }
    return { steps };
  });

/** Scripts of every kind, harmless to the target's host. The same seed gives the same scripts. */
export function generateScripts(rules: Rules, seed: number, count: number): Script[] {
  const any = seldom(8, onePeer(rules), twoPeers(rules));
  return fc.sample(any, { seed, numRuns: count }).map(disarmed);
}

/** Requests that a client can say; the same seed gives the same. */
export const generateRequests = (seed: number, count: number) => fc.sample(request, { seed, numRuns: count });
