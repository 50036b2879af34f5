import type { ConnectionEnd, ProxyFrame } from '../../../codec/index.ts';
import type { Expected } from './decoding.ts';

const WORD = 'PROXY ';
const UNKNOWN = 'PROXY UNKNOWN ';
const LONGEST_LINE = 107; // bytes, with its CRLF
const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const HEAD = 16; // bytes
/** Bytes of an address of TCP over IPv4 and over IPv6. */
const ADDRESS_BYTES: ReadonlyMap<number, number> = new Map([
  [0x11, 4],
  [0x21, 16],
]);
/** Families that are served without their addresses; any other one is refused. */
const ADDRESSLESS: ReadonlySet<number> = new Set([0x00, 0x12, 0x22, 0x31, 0x32]);

const NUMBER = /^(0|[1-9]\d*)$/;
const INVALID: Expected = { frames: [], error: ['REXEC_PROXY_HEADER_INVALID', 'proxyHeader'] };
const TRUNCATED: Expected = { frames: [], error: ['REXEC_TRUNCATED', 'proxyHeader'] };

/** What a decoder should make of a connection through a proxy (proxy-protocol.txt of HAProxy, 2.1 and 2.2). */
export function expectedProxy(bytes: Buffer): Expected {
  const text = bytes.toString('latin1');
  if (WORD.startsWith(text.slice(0, WORD.length))) return expectedLine(bytes, text);
  if (SIGNATURE.startsWith(text.slice(0, SIGNATURE.length))) return expectedBinary(bytes);
  return INVALID;
}

const headed = (header: ProxyFrame, data: Buffer): Expected => ({
  frames: data.length > 0 ? [header, { type: 'data', chunk: data }] : [header],
});

function expectedLine(bytes: Buffer, text: string): Expected {
  const isUnknown = text.startsWith(UNKNOWN);
  const end = text.slice(0, LONGEST_LINE).indexOf(isUnknown ? '\r\n' : '\n');
  if (end === -1) return text.length < LONGEST_LINE ? TRUNCATED : INVALID;
  if (isUnknown) return headed({ type: 'unproxied' }, bytes.subarray(end + 2));
  const header = headerOf(text.slice(0, end).split(' '));
  return header ? headed(header, bytes.subarray(end + 1)) : INVALID;
}

/** The words of a line without its newline, the carriage return at the end of the last one. */
function headerOf(words: readonly string[]): ProxyFrame | undefined {
  const [, family, ...rest] = words;
  if (family === 'UNKNOWN\r' && rest.length === 0) return { type: 'unproxied' };
  const addressOf = family === 'TCP4' ? ipv4 : family === 'TCP6' ? ipv6 : undefined;
  if (!addressOf || rest.length !== 4 || !rest[3]!.endsWith('\r')) return undefined;
  const [from, to] = [addressOf(rest[0]!), addressOf(rest[1]!)];
  const [fromPort, toPort] = [portOf(rest[2]!), portOf(rest[3]!.slice(0, -1))];
  if (!from || !to || fromPort === undefined || toPort === undefined) return undefined;
  return proxied(from, fromPort, to, toPort);
}

function portOf(text: string): number | undefined {
  return NUMBER.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

function ipv4(text: string): number[] | undefined {
  const parts = text.split('.');
  const isValid = parts.length === 4 && parts.every((part) => NUMBER.test(part) && Number(part) <= 255);
  return isValid ? parts.map(Number) : undefined;
}

/** Up to one "::" for what is missing to 16 bytes; the last four may be written as IPv4. */
function ipv6(text: string): number[] | undefined {
  const sides = text.split('::').map((side, index, { length }) => bytesOf(side, index === length - 1));
  const [before, after] = sides;
  if (!before || sides.includes(undefined)) return undefined;
  if (sides.length === 1) return before.length === 16 ? before : undefined;
  const missing = 16 - before.length - after!.length;
  if (sides.length > 2 || missing < 2) return undefined;
  return [...before, ...new Array<number>(missing).fill(0), ...after!];
}

function bytesOf(side: string, mayEndInIpv4: boolean): number[] | undefined {
  if (side === '') return [];
  const groups = side.split(':').map((group, index, { length }) => {
    if (mayEndInIpv4 && index === length - 1 && group.includes('.')) return ipv4(group);
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  return groups.includes(undefined) ? undefined : groups.flatMap((group) => group!);
}

function expectedBinary(bytes: Buffer): Expected {
  if (bytes.length < HEAD) return TRUNCATED;
  const [versionAndCommand, family, length] = [bytes[12]!, bytes[13]!, bytes.readUInt16BE(14)];
  if (versionAndCommand !== 0x20 && versionAndCommand !== 0x21) return INVALID;
  const isLocal = versionAndCommand === 0x20 || ADDRESSLESS.has(family);
  const size = isLocal ? 0 : ADDRESS_BYTES.get(family);
  if (size === undefined || (size > 0 && length < 2 * size + 4)) return INVALID;
  if (bytes.length < HEAD + length) return TRUNCATED;
  const data = bytes.subarray(HEAD + length);
  if (isLocal) return headed({ type: 'unproxied' }, data);
  const from = [...bytes.subarray(HEAD, HEAD + size)];
  const to = [...bytes.subarray(HEAD + size, HEAD + 2 * size)];
  const ports = HEAD + 2 * size;
  return headed(proxied(from, bytes.readUInt16BE(ports), to, bytes.readUInt16BE(ports + 2)), data);
}

const proxied = (from: readonly number[], fromPort: number, to: readonly number[], toPort: number) => {
  const end = (address: readonly number[], port: number): ConnectionEnd => ({
    address: shown(address),
    port,
  });
  return { type: 'proxied' as const, source: end(from, fromPort), destination: end(to, toPort) };
};

/** An address as Node.js writes that of a socket: the first of the longest runs of zeros is "::", and IPv4 has dots. */
function shown(address: readonly number[]): string {
  if (address.length === 4) return address.join('.');
  const groups = Array.from({ length: 8 }, (_, at) => (address[2 * at]! << 8) | address[2 * at + 1]!);
  let [start, longest] = [0, 1]; // a single zero is written
  for (const at of groups.keys()) {
    const run = [...groups.slice(at), 1].findIndex((group) => group !== 0);
    if (run > longest) [start, longest] = [at, run];
  }
  const written = groups.map((group) => group.toString(16));
  if (start === 0 && (longest === 6 || (longest === 5 && groups[5] === 0xffff)))
    written.splice(6, 2, address.slice(12).join('.'));
  if (longest === 1) return written.join(':');
  return `${written.slice(0, start).join(':')}::${written.slice(start + longest).join(':')}`;
}
