import type { FieldName, RequestFrame } from '../../codec/index.ts';
import { password, port, user } from './request.ts';
import { utf8, type Vector } from './vector.ts';

const NAME = 'u'.repeat(257);
const SECRET = 'p'.repeat(257);
const LINE = 'c'.repeat(8193);

const tooLong: readonly Vector<RequestFrame>[] = [
  {
    name: 'the peer says GET',
    wire: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    frames: [],
    error: ['REXEC_FIELD_TOO_LONG', 'stderrPort'],
  },
  ...['102400', '102400\0a\0b\0c\0', '000000\0', 'SSH-2.0-OpenSSH\r\n'].map(
    (wire): Vector<RequestFrame> => ({
      name: `the port is too long in ${JSON.stringify(wire)}`,
      wire,
      frames: [],
      error: ['REXEC_FIELD_TOO_LONG', 'stderrPort'],
    }),
  ),
  {
    name: 'OpenVAS sends a user of 260 x',
    wire: `\0${'x'.repeat(260)}\0xxx\0id\0`,
    frames: [port(0)],
    error: ['REXEC_FIELD_TOO_LONG', 'user'],
  },
  ...['', '\0', '\0and more\0'].flatMap((end): readonly Vector<RequestFrame>[] => [
    {
      name: `a user is one byte too long, then ${JSON.stringify(end)}`,
      wire: `0\0${NAME}${end}`,
      frames: [port(0)],
      error: ['REXEC_FIELD_TOO_LONG', 'user'],
    },
    {
      name: `a password is one byte too long, then ${JSON.stringify(end)}`,
      wire: `0\0ada\0${SECRET}${end}`,
      frames: [port(0), user('ada')],
      error: ['REXEC_FIELD_TOO_LONG', 'password'],
    },
    {
      name: `a command is one byte too long, then ${JSON.stringify(end)}`,
      wire: `0\0ada\0s3cret\0${LINE}${end}`,
      frames: [port(0), user('ada'), password('s3cret')],
      error: ['REXEC_FIELD_TOO_LONG', 'command'],
    },
  ]),
];

const PORTS = [
  '65536',
  '66048',
  '99999',
  '1',
  '512',
  '1023',
  '-1',
  '+1',
  ' 0',
  '0 ',
  'abc',
  '0x10',
  '1e4',
  '1.5',
];
const badPorts = [...PORTS, '1024\n', utf8('²'), utf8('٣')].map(
  (digits): Vector<RequestFrame> => ({
    name: `the port is ${JSON.stringify(digits)}`,
    wire: `${digits}\0ada\0s3cret\0id\0`,
    frames: [],
    error: ['REXEC_PORT_INVALID', 'stderrPort'],
  }),
);

const tlsHello: Vector<RequestFrame> = {
  name: 'the peer says hello in TLS',
  wire: '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
  frames: [],
  error: ['REXEC_PORT_INVALID', 'stderrPort'],
};

const LEFT: readonly (readonly [wire: string, field: FieldName])[] = [
  ['', 'stderrPort'],
  ['10', 'stderrPort'],
  ['0\0', 'user'],
  ['0\0ad', 'user'],
  ['0\0ada\0', 'password'],
  ['0\0ada\0s3', 'password'],
  ['0\0ada\0s3cret\0', 'command'],
  ['0\0ada\0s3cret\0i', 'command'],
];
const truncated = LEFT.map(
  ([wire, field]): Vector<RequestFrame> => ({
    name: `the peer leaves after ${JSON.stringify(wire)}`,
    wire,
    frames: [port(0), user('ada'), password('s3cret')].slice(0, wire.split('\0').length - 1),
    error: ['REXEC_TRUNCATED', field],
  }),
);

/** Bytes that are not a request, and the frames a daemon has seen when it finds out. */
export const refusedRequests: readonly Vector<RequestFrame>[] = [
  ...tooLong,
  ...badPorts,
  tlsHello,
  ...truncated,
];
