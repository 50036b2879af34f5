import { bendsOf, readValue } from '../script/actor-words.ts';
import type { ActorAction } from '../script/script.ts';

/** A message as it is said: its fields, and how many bytes of a secret come with it. */
export interface Spoken {
  readonly said: Readonly<Record<string, unknown>>;
  readonly secret: number;
}

/** Whose message it is. */
export interface Speaker {
  readonly line: 'reader' | 'host';
  /** Of its session. */
  readonly id: string;
  /** Of a session of other processes. */
  readonly other: string;
  readonly tls: boolean;
  /** Of the last connection that a proxy passed on. */
  readonly errand: string;
  /** Of the last question that it was asked. */
  readonly question: number;
}

const UNKNOWN = 'f'.repeat(32);
const SECRET = 6; // bytes
const NEWLINE = 0x0a;
const NO_JSON = 0x7b; // {
const LONGEST_MESSAGE = 4 * 2 ** 20; // bytes
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A message of each kind that is right if it comes at the right time. */
function valid(kind: string, { line, tls, question }: Speaker): object {
  const isReader = line === 'reader';
  switch (kind) {
    case 'port':
      return { port: 40_000, muxed: false };
    case 'request':
      return { user: base64('ada'), command: base64('true'), ...(tls && { certificate: null }) };
    case 'failed':
      return isReader
        ? { user: '', silent: false, failure: { kind: 'late', cause: 'late' } }
        : { code: 'REXEC_LAUNCH_FAILED', cause: 'no shell' };
    case 'released':
      return { early: '', muxed: false, carriesStderr: false };
    case 'bytes':
      return { received: 1, sent: 1 };
    case 'unwrapped':
      return { source: { address: '192.0.2.7', port: 41_699 } };
    case 'started':
      return { pid: 2 ** 30, directory: '/' };
    case 'signaled':
      return { signal: 15 };
    case 'stuck':
      return { pid: 2 ** 30 };
    case 'ended':
      return { status: { type: 'exited', code: 0 } };
    case 'broken':
      return { cause: 'no memory' };
    case 'answer':
      return { number: question, answer: isReader ? {} : { received: 1, sent: 1 } };
    case 'error':
      return { number: question, cause: 'no such session', refused: false };
    default:
      return {};
  }
}

const ABOUT_NONE: readonly string[] = ['ready', 'broken', 'answer', 'error'];
const IDS: Readonly<Record<string, (speaker: Speaker) => string>> = {
  own: ({ id }) => id,
  other: ({ other }) => other,
  errand: ({ errand }) => errand,
  none: () => UNKNOWN,
};

/** The message of a step, with what its words change. */
export function spokenBy(action: ActorAction, speaker: Speaker): Spoken {
  const [kind = ''] = action.words;
  const {
    of = kind === 'unwrapped' ? 'errand' : 'own',
    secret,
    times: _,
    glued: __,
    ...bends
  } = Object.fromEntries(bendsOf(action));
  const said: Record<string, unknown> = {
    ...{ say: kind },
    ...(!ABOUT_NONE.includes(kind) && { id: (IDS[of] ?? IDS.own!)(speaker) }),
    ...valid(kind, speaker),
  };
  for (const [name, spelled] of Object.entries(bends)) {
    const value = readValue(spelled);
    if (value === undefined) delete said[name];
    else said[name] = value;
  }
  return { said, secret: secret === undefined ? (kind === 'request' ? SECRET : 0) : Number(secret) };
}

/** How often a step says it. */
export const timesOf = (action: ActorAction): number => Number(bendsOf(action).get('times') ?? 1);

/** Whether it goes in one piece with what its line says next. */
export const isGlued = (action: ActorAction): boolean =>
  action.do === 'reader' && bendsOf(action).get('glued') === '1';

/** As it goes by a line: to a reader's, a head with both lengths before it; to a host's, a line of JSON. */
export function bytesOf({ said, secret }: Spoken, line: Speaker['line']): Buffer {
  const text = Buffer.from(JSON.stringify(said));
  if (line === 'host') return Buffer.concat([text, Buffer.of(NEWLINE)]);
  const head = Buffer.alloc(6);
  head.writeUInt32BE(text.length);
  head.writeUInt16BE(secret, 4);
  return Buffer.concat([head, text, Buffer.alloc(secret, 'x')]);
}

/** Bytes that are no message of a line, by the kind of the step. */
export const NO_MESSAGES: Readonly<Record<string, Readonly<Record<Speaker['line'], () => Buffer>>>> = {
  noise: { reader: () => Buffer.of(0, 0, 0, 1, 0, 0, NO_JSON), host: () => Buffer.of(NO_JSON, NEWLINE) },
  huge: { reader: () => Buffer.alloc(6, 0xff), host: () => Buffer.alloc(LONGEST_MESSAGE + 1, 'x') },
};
