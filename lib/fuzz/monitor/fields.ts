import { isIP } from 'node:net';
import type { Spoken } from './messages.ts';

type Fits = (value: unknown) => boolean;
type Fields = Readonly<Record<string, Fits>>;

const LONGEST_TEXT = 2 ** 20;
const whole =
  (from: number, to = Number.MAX_SAFE_INTEGER): Fits =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to;
const flag: Fits = (value) => value === true || value === false;
const text =
  (most: number): Fits =>
  (value) =>
    typeof value === 'string' && value.length <= most;
const words =
  (...allowed: unknown[]): Fits =>
  (value) =>
    allowed.includes(value);
const maybe =
  (fits: Fits): Fits =>
  (value) =>
    value === undefined || fits(value);
const id: Fits = (value) => typeof value === 'string' && /^[0-9a-f]{1,32}$/.test(value);
/** Base64 of at most so many bytes. */
const bytes =
  (most: number): Fits =>
  (value) => {
    if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return false;
    const longest = 4 * Math.ceil(most / 3);
    return value.length <= longest && Buffer.from(value, 'base64').length <= most;
  };
const object =
  (fields: Fields): Fits =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    [...new Set([...Object.keys(value), ...Object.keys(fields)])].every(
      (name) => Object.hasOwn(fields, name) && fields[name]!((value as Record<string, unknown>)[name]),
    );
const oneOf =
  (...choices: Fits[]): Fits =>
  (value) =>
    choices.some((fits) => fits(value));

const CAUSE = text(4096);
const ANY = text(LONGEST_TEXT);
const COUNT = whole(0);
const CERTIFICATE = object({
  subject: CAUSE,
  commonNames: (value) => Array.isArray(value) && value.every(CAUSE),
  fingerprint: text(64),
});
const FAILURE = oneOf(
  object({
    kind: words('codec'),
    code: words(
      'REXEC_FIELD_TOO_LONG',
      'REXEC_PORT_INVALID',
      'REXEC_TRUNCATED',
      'REXEC_PROXY_HEADER_INVALID',
    ),
    field: words('stderrPort', 'user', 'password', 'command', 'proxyHeader'),
    cause: CAUSE,
  }),
  object({ kind: words('handshake', 'late', 'vanished', 'defect'), cause: CAUSE }),
);
const END = object({
  address: (value) => typeof value === 'string' && isIP(value) > 0,
  port: whole(0, 65_535),
});
const STATUS = oneOf(
  object({ type: words('exited'), code: COUNT }),
  object({ type: words('signaled'), signal: ANY }),
);

/** What any process may say besides its reports. */
const BASIC: Readonly<Record<string, Fields>> = {
  ready: {},
  broken: { cause: ANY },
  answer: { number: COUNT, answer: (value) => value !== undefined },
  error: { number: COUNT, cause: ANY, refused: flag },
};

/** The fields of each message, in the plainest way, sharing no code with the protocols: the measure for their checks. */
const FIELDS: Readonly<Record<'reader' | 'host', Readonly<Record<string, Fields>>>> = {
  reader: {
    ...BASIC,
    port: { id, port: whole(1, 65_535), muxed: flag },
    request: {
      id,
      user: bytes(256),
      command: bytes(8192),
      certificate: maybe(oneOf(words(null), CERTIFICATE)),
    },
    failed: { id, user: bytes(256), silent: flag, failure: FAILURE },
    gone: { id },
    released: { id, early: bytes(256 * 1024), muxed: flag, carriesStderr: flag },
    over: { id },
    bytes: { id, received: COUNT, sent: COUNT },
    unwrapped: { id, source: oneOf(words(null), END) },
  },
  host: {
    ...BASIC,
    taken: { id: ANY },
    started: { id: ANY, pid: COUNT, directory: ANY, homeProblem: maybe(ANY) },
    signaled: { id: ANY, signal: COUNT },
    idle: { id: ANY },
    stuck: { id: ANY, pid: COUNT },
    ended: { id: ANY, status: STATUS },
    failed: { id: ANY, code: ANY, cause: ANY },
    over: { id: ANY },
  },
};

/** Whether a message has the fields of its kind and no others. */
export function isWellFormed(line: 'reader' | 'host', { said }: Spoken): boolean {
  const { say, ...fields } = said;
  return typeof say === 'string' && Object.hasOwn(FIELDS[line], say) && object(FIELDS[line][say]!)(fields);
}

/** Whether it answers a question: a reader is asked if it is alive, a host for the bytes of its session. */
export const isAnswer = (line: 'reader' | 'host', answer: unknown): boolean =>
  object(line === 'reader' ? {} : { received: COUNT, sent: COUNT })(answer);
