import type { FieldName } from '../../../codec/index.ts';

/** What a server is held to. */
export interface Rules {
  /** Content bytes that pass; one more is refused on arrival (rexecd(8) steps 3 to 5). */
  readonly limits: Readonly<Record<FieldName, number>>;
  /** Lowest port of a stderr channel besides 0. */
  readonly lowestPort: number;
}

export type RefusalCause = 'port' | 'long';

/** What the bytes of a peer amount to. `at` counts the bytes that decide it: fewer cannot, more change nothing. */
export type Reading =
  | { readonly state: 'open'; readonly field: FieldName; readonly held: number }
  | {
      readonly state: 'refusable';
      readonly field: FieldName;
      readonly cause: RefusalCause;
      readonly at: number;
    }
  | {
      readonly state: 'complete';
      readonly port: number;
      readonly user: Buffer;
      readonly password: Buffer;
      readonly command: Buffer;
      readonly at: number;
      readonly stdin: Buffer;
    };

const FIELDS: readonly FieldName[] = ['stderrPort', 'user', 'password', 'command'];

/**
 * Reads a request as docs/protocol.md says it is read, in the plainest way, sharing no code with the codec: the
 * measure for the codec and for every server.
 */
export function readRequest(bytes: Buffer, rules: Rules): Reading {
  const fields: Buffer[] = [];
  let start = 0;
  for (const field of FIELDS) {
    const limit = rules.limits[field];
    const nul = bytes.indexOf(0, start);
    const length = (nul === -1 ? bytes.length : nul) - start;
    if (length > limit) return { state: 'refusable', field, cause: 'long', at: start + limit + 1 };
    if (nul === -1) return { state: 'open', field, held: length };
    const content = bytes.subarray(start, nul);
    if (field === 'stderrPort' && !portIsValid(content.toString('latin1'), rules.lowestPort))
      return { state: 'refusable', field, cause: 'port', at: nul + 1 };
    fields.push(content);
    start = nul + 1;
  }
  const [port, user, password, command] = fields as [Buffer, Buffer, Buffer, Buffer];
  const stdin = bytes.subarray(start);
  return {
    state: 'complete',
    port: Number(port.toString('latin1')),
    user,
    password,
    command,
    at: start,
    stdin,
  };
}

/** Empty or digits; 0, or in range. */
function portIsValid(digits: string, lowest: number): boolean {
  for (const digit of digits) if (digit < '0' || digit > '9') return false;
  const port = digits === '' ? 0 : Number.parseInt(digits, 10);
  return port === 0 || (port >= lowest && port <= 65_535);
}

/** The port that a peer has named, once its NUL is there: 0 for none, undefined for one that is not yet or not valid. */
export function portOf(bytes: Buffer, rules: Rules): { port: number; at: number } | undefined {
  const nul = bytes.indexOf(0);
  if (nul === -1 || nul > rules.limits.stderrPort) return undefined;
  const digits = bytes.toString('latin1', 0, nul);
  return portIsValid(digits, rules.lowestPort) ? { port: Number(digits), at: nul + 1 } : undefined;
}
