import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { CodecError } from '../errors.ts';
import { Parser } from '../parser.ts';
import type { ProxyFrame } from './frames.ts';

/** What a header of version 2 begins with. */
export const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
/** What one of version 1 begins with. */
export const WORD = Buffer.from('PROXY ', 'latin1');
/** Bytes of a version 2 header before its addresses. */
export const HEAD_BYTES = 16;
/** The longest header of version 1 in bytes, with its line end. */
export const LONGEST_LINE = 107;

const LINE = /^PROXY (?:UNKNOWN(?: .*)?|(TCP[46]) (\S+) (\S+) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4}))\r\n$/s;
const HIGHEST_PORT = 65_535;
const UNPROXIED: ProxyFrame = { type: 'unproxied' };

/** After this any bytes are ignored, up to the CRLF. */
const UNKNOWN = Buffer.from('PROXY UNKNOWN ', 'latin1');

/** The error for a header that breaks the rules. */
export const headerFault = (message: string): CodecError =>
  new CodecError('REXEC_PROXY_HEADER_INVALID', 'proxyHeader', message);

/** Whether a header of version 1 can be read: it has its CRLF, or a newline that makes it invalid. */
export const isLine = (arriving: Buffer): boolean =>
  arriving.includes('\r\n') ||
  (arriving.includes('\n') && !arriving.subarray(0, UNKNOWN.length).equals(UNKNOWN));

/** A header of version 1, its line end included. @throws CodecError `REXEC_PROXY_HEADER_INVALID` */
export function readLine(line: Buffer): ProxyFrame {
  const match = LINE.exec(line.toString('latin1'));
  if (!match) throw headerFault('not a header of version 1');
  const [, family, source = '', destination = '', sourcePort = '', destinationPort = ''] = match;
  if (family === undefined) return UNPROXIED;
  const end = (address: string, port: string) => ({
    address: addressIn(family, address),
    port: portIn(port),
  });
  return { type: 'proxied', source: end(source, sourcePort), destination: end(destination, destinationPort) };
}

function addressIn(family: string, address: string): string {
  if (family === 'TCP4' ? !isIPv4(address) : !isIPv6(address) || address.includes('%'))
    throw headerFault(`not an address of ${family}`);
  return family === 'TCP4' ? address : canonical(address);
}

function portIn(digits: string): number {
  const port = Number(digits);
  if (port > HIGHEST_PORT) throw headerFault(`a port above ${HIGHEST_PORT}`);
  return port;
}

const canonical = (address: string): string => new SocketAddress({ address, family: 'ipv6' }).address;

const ends = (addressBytes: number, addressOf: (bytes: Buffer) => string) =>
  new Parser()
    .endianness('big')
    .buffer('source', { length: addressBytes, formatter: addressOf })
    .buffer('destination', { length: addressBytes, formatter: addressOf })
    .uint16('sourcePort')
    .uint16('destinationPort');

const head = new Parser()
  .endianness('big')
  .buffer('signature', { length: SIGNATURE.length })
  .bit4('version')
  .bit4('command')
  .uint8('family')
  .uint16('length');
head.compile();

/** Addresses of a connection over TCP, by the byte that names their family. */
const FAMILIES: Readonly<Record<number, { readonly bytes: number; readonly ends: ReturnType<typeof ends> }>> =
  {
    17: { bytes: 12, ends: ends(4, (bytes) => bytes.join('.')) },
    33: {
      bytes: 36,
      ends: ends(16, (bytes) => canonical(bytes.toString('hex').replace(/(?<=.)(?=(.{4})+$)/g, ':'))),
    },
  };
for (const family of Object.values(FAMILIES)) family.ends.compile();

/** Families without an address of TCP: unspecified, UDP over IPv4 and IPv6, streams and datagrams of unix sockets. */
const ADDRESSLESS: readonly number[] = [0x00, 0x12, 0x22, 0x31, 0x32];

/** What the first bytes of a version 2 header say about the rest of it. */
export interface Head {
  /** Bytes of addresses; 0 if they are to be skipped. */
  readonly addresses: number;
  /** Bytes after the addresses, to be skipped. */
  readonly rest: number;
  /** The header, once its addresses are here. */
  read(addresses: Buffer): ProxyFrame;
}

/** The first {@link HEAD_BYTES} of a version 2 header. @throws CodecError `REXEC_PROXY_HEADER_INVALID` */
export function readHead(bytes: Buffer): Head {
  const { version, command, family, length } = head.parse(bytes);
  if (version !== 2) throw headerFault(`version ${version}`);
  if (command > 1) throw headerFault(`unknown command ${command}`);
  if (command === 0 || ADDRESSLESS.includes(family))
    return { addresses: 0, rest: length, read: () => UNPROXIED };
  const known = FAMILIES[family];
  if (!known) throw headerFault(`unknown family and protocol ${family}`);
  if (length < known.bytes) throw headerFault(`${length} bytes of addresses, not ${known.bytes}`);
  return {
    addresses: known.bytes,
    rest: length - known.bytes,
    read(addresses) {
      const { source, destination, sourcePort, destinationPort } = known.ends.parse(addresses);
      return {
        type: 'proxied',
        source: { address: source, port: sourcePort },
        destination: { address: destination, port: destinationPort },
      };
    },
  };
}
