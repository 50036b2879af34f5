import type { ProxyFrame } from '../../codec/index.ts';
import { latin1, type Vector } from './vector.ts';

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const DATA = '0\0ada\0';

const proxied = (source: string, sourcePort: number, destination: string, port: number): ProxyFrame => ({
  type: 'proxied',
  source: { address: source, port: sourcePort },
  destination: { address: destination, port },
});
const UNPROXIED: ProxyFrame = { type: 'unproxied' };

const IPV4 = '\xc0\0\x02\x07\xc6\x33\x64\x01\xa2\xe3\x02\0'; // 192.0.2.7, 198.51.100.1, 41699, 512
const TO_IPV4 = proxied('192.0.2.7', 41_699, '198.51.100.1', 512);
const IPV6 = `\x20\x01\x0d\xb8${'\0'.repeat(11)}\x07\x20\x01\x0d\xb8${'\0'.repeat(11)}\x01\xa2\xe3\x02\0`;
const TO_IPV6 = proxied('2001:db8::7', 41_699, '2001:db8::1', 512);
const LONGEST =
  'PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n';
const ALL_ONES = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
/** Records of a type, a length and a value, as AWS and HAProxy add them. */
const RECORDS = `\xea\0\x05hello\x04\0\x03\0\0\0${'\x02\0\x20'}${'n'.repeat(32)}`;

const version2 = (command: string, family: string, rest: string): string =>
  `${SIGNATURE}${command}${family}${String.fromCharCode(rest.length >> 8, rest.length & 255)}${rest}`;

const HEADERS: Readonly<Record<string, readonly [wire: string, frame: ProxyFrame]>> = {
  'version 1, IPv4': [
    'PROXY TCP4 192.0.2.7 198.51.100.1 41699 512\r\n',
    proxied('192.0.2.7', 41_699, '198.51.100.1', 512),
  ],
  'version 1, the shortest': ['PROXY TCP4 1.1.1.1 2.2.2.2 0 5\r\n', proxied('1.1.1.1', 0, '2.2.2.2', 5)],
  'version 1, the longest of IPv4': [
    'PROXY TCP4 255.255.255.255 255.255.255.254 65535 65534\r\n',
    proxied('255.255.255.255', 65_535, '255.255.255.254', 65_534),
  ],
  'version 1, IPv6': ['PROXY TCP6 2001:DB8:0:0::7 ::1 1 2\r\n', proxied('2001:db8::7', 1, '::1', 2)],
  'version 1, the longest of IPv6': [LONGEST, proxied(ALL_ONES, 65_535, ALL_ONES, 65_535)],
  'version 1, IPv4 as IPv6': [
    'PROXY TCP6 ::ffff:192.0.2.7 ::ffff:10.0.0.1 7 8\r\n',
    proxied('::ffff:192.0.2.7', 7, '::ffff:10.0.0.1', 8),
  ],
  'version 1, unknown': ['PROXY UNKNOWN\r\n', UNPROXIED],
  'version 1, unknown with addresses': ['PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n', UNPROXIED],
  'version 1, unknown with line ends that are halves': ['PROXY UNKNOWN a\rb\nc\n\r\r\n', UNPROXIED],
  'version 1, unknown, as long as it may be': [`PROXY UNKNOWN ${'x'.repeat(91)}\r\n`, UNPROXIED],
  'version 2, IPv4': [version2('\x21', '\x11', IPV4), TO_IPV4],
  'version 2, IPv4, with records': [version2('\x21', '\x11', IPV4 + RECORDS), TO_IPV4],
  'version 2, IPv6': [version2('\x21', '\x21', IPV6), TO_IPV6],
  'version 2, IPv6, with records': [version2('\x21', '\x21', IPV6 + RECORDS), TO_IPV6],
  'version 2, its own': [version2('\x20', '\0', ''), UNPROXIED],
  'version 2, its own, with addresses': [version2('\x20', '\x11', IPV4), UNPROXIED],
  'version 2, its own, of any family': [version2('\x20', '\xff', 'whatever'), UNPROXIED],
  'version 2, unspecified': [version2('\x21', '\0', RECORDS), UNPROXIED],
  'version 2, datagrams over IPv4': [version2('\x21', '\x12', IPV4), UNPROXIED],
  'version 2, datagrams over IPv6': [version2('\x21', '\x22', IPV6), UNPROXIED],
  'version 2, a unix socket': [version2('\x21', '\x31', 'x'.repeat(216) + RECORDS), UNPROXIED],
  'version 2, datagrams of a unix socket': [version2('\x21', '\x32', 'x'.repeat(216)), UNPROXIED],
};

const REFUSED: Readonly<Record<string, string>> = {
  'a request': '0\0ada\0s3cret\0id\0',
  'a TLS record': '\x16\x03\x01\x02\0\x01',
  'a NUL': '\0',
  'a word that begins like it': 'PROXX ',
  'lower case': 'proxy TCP4 1.1.1.1 2.2.2.2 1 2\r\n',
  'two spaces': 'PROXY  TCP4 1.1.1.1 2.2.2.2 1 2\r\n',
  'no addresses': 'PROXY TCP4\r\n',
  'a field too few': 'PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n',
  'a field too many': 'PROXY TCP4 1.1.1.1 2.2.2.2 1 2 3\r\n',
  'another family': 'PROXY UDP4 1.1.1.1 2.2.2.2 1 2\r\n',
  'IPv6 as TCP4': 'PROXY TCP4 ::1 ::2 1000 2000 \r\n',
  'IPv4 as TCP6': 'PROXY TCP6 1.1.1.1 2.2.2.2 1 2\r\n',
  'an address with a zone': 'PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n',
  'an address with a leading zero': 'PROXY TCP4 01.1.1.1 2.2.2.2 1 2\r\n',
  'no address': 'PROXY TCP4 localhost 2.2.2.2 1 2\r\n',
  'a port too high': 'PROXY TCP4 1.1.1.1 2.2.2.2 65536 2\r\n',
  'a port with a leading zero': 'PROXY TCP4 1.1.1.1 2.2.2.2 01 2\r\n',
  'a port with a sign': 'PROXY TCP4 1.1.1.1 2.2.2.2 +1 2\r\n',
  'a newline alone': 'PROXY TCP4 1.1.1.1 2.2.2.2 1 2\n',
  'a carriage return alone': 'PROXY TCP4 1.1.1.1 2.2.2.2 1\r2\r\n',
  'two carriage returns': 'PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\r\n',
  'a newline alone after UNKNOWN': 'PROXY UNKNOWN\n',
  'a word that begins like UNKNOWN': 'PROXY UNKNOWNS\r\n',
  'a line that is too long': `PROXY UNKNOWN ${'x'.repeat(93)}`,
  'a line end that comes too late': `PROXY UNKNOWN ${'x'.repeat(92)}\r\n`,
  'a signature that is spoilt': '\r\n\r\n\0\r\nQUIX\n',
  'version 1 in binary': version2('\x11', '\x11', IPV4),
  'version 3': version2('\x31', '\x11', IPV4),
  'an unknown command': version2('\x22', '\x11', IPV4),
  'an unknown family': version2('\x21', '\x41', IPV4),
  'an unknown protocol': version2('\x21', '\x10', IPV4),
  'no addresses in binary': version2('\x21', '\x11', ''),
  'addresses of IPv4 that are a byte short': version2('\x21', '\x11', IPV4.slice(1)),
  'addresses of IPv6 that are a byte short': version2('\x21', '\x21', IPV6.slice(1)),
};

const TRUNCATED = [
  '',
  'P',
  'PROXY TCP4 1.1.1.1 2',
  '\r',
  SIGNATURE,
  version2('\x21', '\x11', IPV4 + RECORDS).slice(0, -1),
];

export const proxies: readonly Vector<ProxyFrame>[] = [
  ...Object.entries(HEADERS).flatMap(([name, [wire, frame]]): Vector<ProxyFrame>[] => [
    { name, wire, frames: [frame] },
    { name: `${name}, then data`, wire: wire + DATA, frames: [frame, { type: 'data', chunk: latin1(DATA) }] },
    {
      name: `${name}, then another one`,
      wire: wire + wire,
      frames: [frame, { type: 'data', chunk: latin1(wire) }],
    },
  ]),
  ...Object.entries(REFUSED).map(
    ([name, wire]): Vector<ProxyFrame> => ({
      name: `${name} is no header`,
      wire,
      frames: [],
      error: ['REXEC_PROXY_HEADER_INVALID', 'proxyHeader'],
    }),
  ),
  ...TRUNCATED.map(
    (wire): Vector<ProxyFrame> => ({
      name: `the stream ends after ${JSON.stringify(wire)}`,
      wire,
      frames: [],
      error: ['REXEC_TRUNCATED', 'proxyHeader'],
    }),
  ),
];
