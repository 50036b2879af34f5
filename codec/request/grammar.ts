import { CodecError } from '../errors.ts';
import { Parser } from '../parser.ts';
import type { FieldName, RequestFrame } from './frames.ts';

/** What ends a field. */
export const NUL = 0x00;
const PORT = /^\d{0,5}$/;
const HIGHEST_PORT = 65_535;

type Grammar = (field: Buffer) => RequestFrame;

/** The content of a complete field means what `read` makes of it: it gets a view, and copies what it keeps. */
function field(read: (content: Buffer) => RequestFrame): Grammar {
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
export type RequestGrammar = readonly (readonly [FieldName, Grammar])[];

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
