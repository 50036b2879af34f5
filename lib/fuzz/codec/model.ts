import { type CodecErrorCode, DIAGNOSTIC_LIMIT, type FieldName } from '../../../codec/index.ts';
import { type Reading, type RefusalCause, type Rules, readRequest } from '../script/request-model.ts';
import type { Expected, Frame, Kind } from './decoding.ts';
import { expectedMux } from './mux-model.ts';
import { expectedProxy } from './proxy-model.ts';

const CODES: Readonly<Record<RefusalCause, CodecErrorCode>> = {
  long: 'REXEC_FIELD_TOO_LONG',
  port: 'REXEC_PORT_INVALID',
};
const FIELDS: readonly FieldName[] = ['stderrPort', 'user', 'password', 'command'];
const NEWLINE = 0x0a;
/** docs/protocol.md, exit status; the name is bounded so that the whole is at most 32 bytes. */
const EXIT_STATUS = /\0(?:exit (?<code>\d{1,3})|signal (?<signal>[A-Z0-9+-]{1,23}))\n$/;

/** Reads bytes as docs/protocol.md and docs/codec.md say, in the plainest way, with everything at hand. */
export function expectedOf(kind: Kind, bytes: Buffer, rules: Rules): Expected {
  switch (kind) {
    case 'request':
      return expectedRequest(bytes, readRequest(bytes, rules));
    case 'reply':
      return expectedReply(bytes);
    case 'stderr':
      return expectedStderr(bytes);
    case 'proxy':
      return expectedProxy(bytes);
    default:
      return expectedMux(kind === 'muxClient' ? 'client' : 'daemon', bytes);
  }
}

function expectedRequest(bytes: Buffer, reading: Reading): Expected {
  const count = reading.state === 'complete' ? FIELDS.length : FIELDS.indexOf(reading.field);
  const frames: Frame[] = [];
  let at = 0;
  for (const field of FIELDS.slice(0, count)) {
    const nul = bytes.indexOf(0, at);
    frames.push(frameOf(field, bytes.subarray(at, nul)));
    at = nul + 1;
  }
  if (reading.state === 'open') return { frames, error: ['REXEC_TRUNCATED', reading.field] };
  if (reading.state === 'refusable') return { frames, error: [CODES[reading.cause], reading.field] };
  if (reading.stdin.length > 0) frames.push({ type: 'stdin', chunk: reading.stdin });
  return { frames };
}

function frameOf(field: FieldName, content: Buffer): Frame {
  if (field === 'stderrPort') return { type: field, port: Number(content.toString('latin1')) };
  if (field === 'password') return { type: field, secret: content };
  return { type: field, bytes: content };
}

function expectedReply(bytes: Buffer): Expected {
  const [status] = bytes;
  const rest = bytes.subarray(1);
  if (status === undefined) return { frames: [], error: ['REXEC_TRUNCATED', 'status'] };
  if (status > 1) return { frames: [], error: ['REXEC_STATUS_INVALID', 'status'] };
  if (status === 0)
    return {
      frames: [{ type: 'accepted' }, ...(rest.length > 0 ? [{ type: 'stdout' as const, chunk: rest }] : [])],
    };
  const newline = rest.indexOf(NEWLINE);
  const line = rest.subarray(0, Math.min(newline === -1 ? rest.length : newline, DIAGNOSTIC_LIMIT));
  return { frames: [{ type: 'refused', text: line.toString() }] };
}

function expectedStderr(bytes: Buffer): Expected {
  const { index = bytes.length, groups: { code, signal } = {} } =
    EXIT_STATUS.exec(bytes.toString('latin1')) ?? {};
  if (code !== undefined && Number(code) > 255) return { frames: chunkOf(bytes) };
  const frames = chunkOf(bytes.subarray(0, index));
  if (signal !== undefined) return { frames: [...frames, { type: 'signaled', signal }] };
  return { frames: code === undefined ? frames : [...frames, { type: 'exited', code: Number(code) }] };
}

const chunkOf = (bytes: Buffer): Frame[] => (bytes.length > 0 ? [{ type: 'stderr', chunk: bytes }] : []);
