import { Parser } from 'binary-parser';
import { CodecError } from './errors.ts';
import type { FieldName, MuxFrame, RequestFrame } from './frames.ts';
import { MUX_KINDS, type MuxKind, muxNumberOf, SIGNAL_NAME_LIMIT } from './mux-kinds.ts';

export const NUL = 0x00;
export const NEWLINE = 0x0a;
const PORT = /^\d{0,5}$/;
const HIGHEST_PORT = 65_535;

type Grammar<T> = (field: Buffer) => T;

/** The content of a complete field means what `read` makes of it: it gets a view, and copies what it keeps. */
function field<T>(read: (content: Buffer) => T): Grammar<T> {
  const parser = new Parser().buffer('value', { readUntil: 'eof', formatter: read });
  parser.compile();
  return (bytes) => parser.parse(bytes).value;
}

/** ASCII decimal as rexecd(8) step 1 has it, but strict: never wrapped, no sign, no space (protocol.md 1.1). */
export function readPort(content: Buffer, lowest: number): number {
  const digits = content.toString('latin1');
  const port = Number(digits);
  if (!PORT.test(digits) || port > HIGHEST_PORT)
    throw new CodecError(
      'REXEC_PORT_INVALID',
      'stderrPort',
      `the stderr port must be 0 or from 1 to ${HIGHEST_PORT}`,
    );
  if (port !== 0 && port < lowest)
    throw new CodecError(
      'REXEC_PORT_INVALID',
      'stderrPort',
      `stderr port ${port} is below lowestStderrPort ${lowest}`,
    );
  return port;
}

/** How each request field becomes its frame, in wire order. */
export type RequestGrammar = readonly (readonly [FieldName, Grammar<RequestFrame>])[];

function buildRequestGrammar(lowestStderrPort: number): RequestGrammar {
  return [
    ['stderrPort', field((bytes) => ({ type: 'stderrPort', port: readPort(bytes, lowestStderrPort) }))],
    ['user', field((bytes) => ({ type: 'user', bytes: Buffer.from(bytes) }))],
    ['password', field((bytes) => ({ type: 'password', secret: Buffer.from(bytes) }))],
    ['command', field((bytes) => ({ type: 'command', bytes: Buffer.from(bytes) }))],
  ];
}

const built = new Map<number, RequestGrammar>();

/** The grammar for a lowest stderr port, compiled once. */
export function requestGrammar(lowestStderrPort: number): RequestGrammar {
  const grammar = built.get(lowestStderrPort) ?? buildRequestGrammar(lowestStderrPort);
  built.set(lowestStderrPort, grammar);
  return grammar;
}

const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** A diagnostic up to its newline. Daemons of other systems localise it in any charset: bad bytes become U+FFFD. */
export const diagnosticGrammar: Grammar<string> = field((bytes) => lenient.decode(bytes));

const status = new Parser().uint8('status', {
  assert: (byte) => Number(byte) <= 1,
  formatter: (byte) => byte === 0,
});
status.compile();

/** The first byte of a reply: 0 accepts, 1 refuses (protocol.md 1.2, 1.3); anything else is not rexec. */
export function readsAccepted(byte: Buffer): boolean {
  try {
    return status.parse(byte).status;
  } catch (cause) {
    throw new CodecError('REXEC_STATUS_INVALID', 'status', `reply begins with byte ${byte[0]}, not 0 or 1`, {
      cause,
    });
  }
}

const frameFault = (message: string): CodecError => new CodecError('REXEC_FRAME_INVALID', 'frame', message);

const SIGNAL_NAME = /^[A-Z0-9+-]+$/;

/** Whether it is the name of a signal as an exit status has it. */
export const isSignalName = (name: string): boolean =>
  name.length <= SIGNAL_NAME_LIMIT && SIGNAL_NAME.test(name);

function signalName(bytes: Buffer): string {
  const name = bytes.toString('latin1');
  if (!isSignalName(name)) throw frameFault('signaled: not the name of a signal');
  return name;
}

function atLeastOne(bytes: number): number {
  if (bytes === 0) throw frameFault('a window of 0 bytes');
  return bytes;
}

const muxHeader = new Parser().endianness('big').uint8('number').uint16('length');
muxHeader.compile();

const window = new Parser().endianness('big').uint32('bytes', { formatter: atLeastOne });
const muxControl = new Parser()
  .endianness('big')
  .uint8('number')
  .uint16('length')
  .choice('payload', {
    tag: 'number',
    choices: {
      [muxNumberOf('mainEnd')]: new Parser(),
      [muxNumberOf('mainWindow')]: window,
      [muxNumberOf('stderrWindow')]: window,
      [muxNumberOf('signal')]: new Parser().uint8('number'),
      [muxNumberOf('exited')]: new Parser().uint8('code'),
      [muxNumberOf('signaled')]: new Parser().buffer('signal', { readUntil: 'eof', formatter: signalName }),
    },
  });
muxControl.compile();

/** The header of a mux frame, `[uint8 number][uint16 length]`. @throws CodecError `REXEC_FRAME_INVALID` */
export function readMuxHeader(header: Buffer): { kind: MuxKind; length: number } {
  const { number, length } = muxHeader.parse(header);
  const kind = MUX_KINDS[number];
  if (!kind) throw frameFault(`unknown frame type ${number}`);
  if (length < kind.shortest || length > kind.longest)
    throw frameFault(`${kind.type}: ${length} bytes, not ${kind.shortest} to ${kind.longest}`);
  return { kind, length };
}

/** A whole mux frame, its header included, that is neither `main` nor `stderr`. */
export function readMuxControl(type: MuxFrame['type'], frame: Buffer): MuxFrame {
  return { type, ...muxControl.parse(frame).payload };
}
