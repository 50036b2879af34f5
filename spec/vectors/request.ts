import type { RequestFrame } from '../../codec/index.ts';
import { latin1, utf8, type Vector } from './vector.ts';

export const port = (number: number): RequestFrame => ({ type: 'stderrPort', port: number });
export const user = (text: string | Buffer): RequestFrame => ({ type: 'user', bytes: bytesOf(text) });
export const password = (wire: string): RequestFrame => ({ type: 'password', secret: latin1(wire) });
export const command = (text: string | Buffer): RequestFrame => ({ type: 'command', bytes: bytesOf(text) });
export const stdin = (wire: string): RequestFrame => ({ type: 'stdin', chunk: latin1(wire) });

/** Text as UTF-8. */
const bytesOf = (text: string | Buffer): Buffer => (typeof text === 'string' ? Buffer.from(text) : text);

/** Every byte a field may contain. */
const ALL_BYTES = String.fromCharCode(...Array.from({ length: 255 }, (_, index) => index + 1));
const NAME = 'u'.repeat(256);
const SECRET = 'p'.repeat(256);
const LINE = 'c'.repeat(8192);

/** Requests that a daemon takes. Those that it refuses are in refused-request.ts. */
export const requests: readonly Vector<RequestFrame>[] = [
  {
    name: 'the peer wants no stderr channel',
    wire: '0\0ada\0s3cret\0id -u\0',
    frames: [port(0), user('ada'), password('s3cret'), command('id -u')],
  },
  {
    name: 'an empty port means no stderr channel, as glibc sends it',
    wire: '\0ada\0s3cret\0id\0',
    frames: [port(0), user('ada'), password('s3cret'), command('id')],
    decodeOnly: true,
  },
  {
    name: 'a port of many zeros means no stderr channel',
    wire: '00\0a\0b\0c\0',
    frames: [port(0), user('a'), password('b'), command('c')],
    decodeOnly: true,
  },
  {
    name: 'leading zeros do not change the port',
    wire: '01024\0a\0b\0c\0',
    frames: [port(1024), user('a'), password('b'), command('c')],
    decodeOnly: true,
  },
  {
    name: 'the peer listens on the lowest port',
    wire: '1024\0a\0b\0c\0',
    frames: [port(1024), user('a'), password('b'), command('c')],
  },
  {
    name: 'the peer listens on the highest port',
    wire: '65535\0a\0b\0c\0',
    frames: [port(65535), user('a'), password('b'), command('c')],
  },
  {
    name: 'user, password and command are empty',
    wire: '0\0\0\0\0',
    frames: [port(0), user(''), password(''), command('')],
  },
  {
    name: 'user, password and command are as long as they may be',
    wire: `0\0${NAME}\0${SECRET}\0${LINE}\0`,
    frames: [port(0), user(NAME), password(SECRET), command(LINE)],
  },
  {
    name: 'stdin keeps its NULs',
    wire: '0\0a\0\0cat\0x\0\0y\0',
    frames: [port(0), user('a'), password(''), command('cat'), stdin('x\0\0y\0')],
  },
  {
    name: 'stdin looks like another request',
    wire: '0\0a\0b\0cat\x000\0root\0toor\0id\0',
    frames: [port(0), user('a'), password('b'), command('cat'), stdin('0\0root\0toor\0id\0')],
  },
  {
    name: 'a password holds every byte but NUL',
    wire: `0\0a\0${ALL_BYTES}\0id\0`,
    frames: [port(0), user('a'), password(ALL_BYTES), command('id')],
  },
  {
    name: 'a user holds every byte but NUL',
    wire: `0\0${ALL_BYTES}\0b\0id\0`,
    frames: [port(0), user(latin1(ALL_BYTES)), password('b'), command('id')],
  },
  {
    name: 'a command holds every byte but NUL',
    wire: `0\0a\0b\0${ALL_BYTES}\0`,
    frames: [port(0), user('a'), password('b'), command(latin1(ALL_BYTES))],
  },
  ...['\xff', 'a\xc3', '\xc0\x80', '\xed\xa0\x80', '\xf4\x90\x80\x80', 'gr\xfcn'].map((bytes) => ({
    name: `user, password and command are not UTF-8: ${JSON.stringify(bytes)}`,
    wire: `0\0${bytes}\0${bytes}\0${bytes}\0stdin`,
    frames: [port(0), user(latin1(bytes)), password(bytes), command(latin1(bytes)), stdin('stdin')],
  })),
  {
    name: 'user and command are UTF-8',
    wire: utf8('0\0Zoë 🦊\0é\0écho “¡olé!”\0'),
    frames: [port(0), user('Zoë 🦊'), password(utf8('é')), command('écho “¡olé!”')],
  },
  {
    name: 'a byte order mark is part of the field',
    wire: utf8('0\0\uFEFFada\0\uFEFF\0\uFEFFid\0'),
    frames: [port(0), user('\uFEFFada'), password(utf8('\uFEFF')), command('\uFEFFid')],
  },
  {
    name: 'control characters are left to the daemon to judge',
    wire: '0\0a\nb\0\r\0echo\t\x1b[2J\x7f\0',
    frames: [port(0), user('a\nb'), password('\r'), command('echo\t\x1b[2J\x7f')],
  },
  {
    name: 'nmap -sV asks what DNS version this is',
    wire: '\0\x1e\0\x06\x01\0\0\x01\0\0\0\0\0\0\x07version\x04bind\0\0\x10\0\x03',
    frames: [
      port(0),
      user('\x1e'),
      password('\x06\x01'),
      command(''),
      stdin('\x01\0\0\0\0\0\0\x07version\x04bind\0\0\x10\0\x03'),
    ],
    decodeOnly: true,
  },
  ...['id', '/bin/ls /'].map((line) => ({
    name: `nmap, medusa and hydra try a password with '${line}'`,
    wire: `\0root\0toor\0${line}\0`,
    frames: [port(0), user('root'), password('toor'), command(line)],
    decodeOnly: true as const,
  })),
];
