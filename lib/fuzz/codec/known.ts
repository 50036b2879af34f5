import {
  encodeAccepted,
  encodeExitStatus,
  encodeMuxFrame,
  encodeRefused,
  encodeRequest,
  type MuxFrame,
} from '../../../codec/index.ts';
import { SEEDS } from '../corpus/index.ts';
import { partsOf, type Token } from '../script/script.ts';
import type { Kind } from './decoding.ts';

const SPELLED: Readonly<Record<Token, string>> = { user: 'ada', password: 's3cret', port: '40000' };

const REQUESTS = [
  ...SEEDS.map(({ script }) =>
    Buffer.concat(
      partsOf(script, 'a').map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(SPELLED[part]))),
    ),
  ),
  Buffer.from('1023\0ada\0s3cret\0cat\0stdin'),
];
const REPLIES = [
  encodeAccepted(),
  Buffer.from('\0out\n\x01\0'),
  ...['Login incorrect.', '', 'é', 'x'.repeat(1024)].map(encodeRefused),
  Buffer.from(`\x01${'x'.repeat(1030)}`),
  Buffer.from('\x01rexecd: Connexion incorrect\xe9.\n', 'latin1'),
  Buffer.from('SSH-2.0-x\r\n'),
  Buffer.alloc(0),
];
const STATUSES = [
  encodeExitStatus({ type: 'exited', code: 0 }),
  encodeExitStatus({ type: 'exited', code: 255 }),
  encodeExitStatus({ type: 'signaled', signal: 'SIGRTMIN+2' }),
  ...['\0exit 256\n', '\0exit 007\n', '\0exit 7\n\0exit 8\n', '\0signal ', 'oops\n'].map((text) =>
    Buffer.from(text),
  ),
];

const muxed = (...frames: readonly MuxFrame[]): Buffer => Buffer.concat(frames.flatMap(encodeMuxFrame));
const MUX_CLIENTS = [
  muxed(
    { type: 'stderrWindow', bytes: 16_384 },
    { type: 'main', chunk: encodeRequest({ user: 'ada', password: 's3cret', command: 'cat' }) },
    { type: 'main', chunk: Buffer.from('stdin') },
    { type: 'mainWindow', bytes: 2 ** 32 - 1 },
    { type: 'signal', number: 15 },
    { type: 'mainEnd' },
    { type: 'signal', number: 255 },
  ),
  muxed({ type: 'main', chunk: Buffer.alloc(16_384, 'x') }),
];
const MUX_DAEMONS = [
  muxed(
    { type: 'main', chunk: encodeAccepted() },
    { type: 'stderr', chunk: Buffer.from('oops') },
    { type: 'stderr', chunk: Buffer.from('and more') },
    { type: 'mainWindow', bytes: 1 },
    { type: 'exited', code: 255 },
    { type: 'mainEnd' },
  ),
  muxed({ type: 'signaled', signal: 'SIGRTMIN+2' }, { type: 'mainEnd' }),
];

const version2 = (command: string, family: string, rest: string): string =>
  `\r\n\r\n\0\r\nQUIT\n${command}${family}${String.fromCharCode(rest.length >> 8, rest.length & 255)}${rest}`;
const IPV4 = '\xc0\0\x02\x07\xc6\x33\x64\x01\xa2\xe3\x02\0';
const IPV6 = `\x20\x01\x0d\xb8${'\0'.repeat(11)}\x07${'\0'.repeat(10)}\xff\xff\xc6\x33\x64\x01\xa2\xe3\x02\0`;
const RECORDS = '\xea\0\x05hello\x04\0\x03\0\0\0';
const PROXIES = [
  'PROXY TCP4 192.0.2.7 198.51.100.1 41699 512\r\n',
  'PROXY TCP6 2001:DB8:0:0:1:0:0:7 ::ffff:198.51.100.1 65535 0\r\n',
  'PROXY TCP4 192.0.2.7 198.51.100.1 41699 512\n',
  'PROXY TCP4 192.0.2.7 198.51.100.1 041699 512\r\n',
  'PROXY TCP4 192.0.2.7 198.51.100.1 41699 65536\r\n',
  'PROXY TCP6 192.0.2.7 198.51.100.1 41699 512\r\n',
  'PROXY UNKNOWN\r\n',
  'PROXY UNKNOWN a\rb\nc\r\n',
  `PROXY UNKNOWN ${'f'.repeat(91)}\r\n`,
  version2('\x21', '\x11', IPV4),
  version2('\x21', '\x11', IPV4 + RECORDS),
  version2('\x21', '\x21', IPV6),
  version2('\x21', '\x21', IPV6 + RECORDS),
  version2('\x20', '\0', ''),
  version2('\x20', '\x11', IPV4),
  version2('\x21', '\0', RECORDS),
  version2('\x21', '\x31', 'x'.repeat(216)),
  version2('\x21', '\x11', IPV4.slice(1)),
  version2('\x21', '\x21', IPV4),
  version2('\x11', '\x11', IPV4),
].map((header) => Buffer.from(`${header}0\0ada\0`, 'latin1'));

/** What a campaign begins with: bytes that get far, or that break a rule, of each kind. */
export const KNOWN: Readonly<Record<Kind, readonly Buffer[]>> = {
  request: REQUESTS,
  reply: REPLIES,
  stderr: STATUSES,
  muxClient: MUX_CLIENTS,
  muxDaemon: MUX_DAEMONS,
  proxy: PROXIES,
};
