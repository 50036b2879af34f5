import {
  CodecError,
  DIAGNOSTIC_LIMIT,
  encodeAccepted,
  encodeExitStatus,
  encodeRefused,
  encodeRequestFrame,
  LIMITS,
} from '../../../codec/index.ts';
import type { Violation } from '../oracles/sight.ts';
import { shown } from '../script/byte-text.ts';
import { RULES } from '../settings.ts';
import type { Decoded, Frame, Kind } from './decoding.ts';
import { type Expected, expectedOf } from './model.ts';

/** What a request decoder may hold: the largest field, and a few bytes (docs/codec.md). */
const MOST_HELD = Math.max(...Object.values(LIMITS)) + 5;
const NEWLINE = 0x0a;
const UNSAYABLE = /[\0-\x1f\x7f\ufffd]/;

/** What is wrong with what two decoders of a kind made of the same bytes, cut in different ways. */
export function checkDecoded(kind: Kind, bytes: Buffer, whole: Decoded, cut: Decoded): Violation | undefined {
  for (const { error, settled, mostHeld } of [whole, cut]) {
    if (error && !(error instanceof CodecError))
      return { oracle: 'codec.throws', cause: `${kind}: ${error.name}`, detail: error.message };
    if (!settled) return { oracle: 'codec.stalls', cause: kind, detail: 'it neither ends nor fails' };
    if (mostHeld > MOST_HELD)
      return { oracle: 'codec.memory', cause: kind, detail: `${mostHeld} bytes held for a field` };
  }
  const [one, other] = [tell(outcomeOf(whole)), tell(outcomeOf(cut))];
  if (one !== other)
    return { oracle: 'codec.cut', cause: kind, detail: `whole ${brief(one)}; cut ${brief(other)}` };
  const expected = tell(expectedOf(kind, bytes, RULES));
  if (one !== expected)
    return { oracle: 'codec.model', cause: kind, detail: `${brief(one)} instead of ${brief(expected)}` };
  if (whole.error) return undefined;
  const again = encoded(whole.frames);
  if (!again || again.equals(canonical(kind, bytes))) return undefined;
  const detail = `encoded again it is ${brief(again.toString('latin1'))}`;
  return { oracle: 'codec.identity', cause: kind, detail };
}

const outcomeOf = ({ frames, error }: Decoded): Expected => ({
  frames,
  error: error instanceof CodecError ? [error.code, error.field] : undefined,
});

/** An outcome as text: the same for the same. Bytes are latin1. */
export function tell({ frames, error }: Expected): string {
  const told = frames.map((frame) => `${frame.type} ${contentOf(frame)}`);
  return [...told, ...(error ? [error.join(' ')] : [])].join('\n');
}

function contentOf(frame: Frame): string | number {
  switch (frame.type) {
    case 'stderrPort':
      return frame.port;
    case 'password':
      return frame.secret.toString('latin1');
    case 'user':
    case 'command':
      return frame.bytes.toString('latin1');
    case 'refused':
      return frame.text;
    case 'exited':
      return frame.code;
    case 'signaled':
      return frame.signal;
    case 'accepted':
      return '';
    default:
      return frame.chunk.toString('latin1');
  }
}

const brief = (text: string): string => shown(text.length > 200 ? `${text.slice(0, 200)}...` : text);

/** What the encoders make of what was decoded; undefined where they cannot say it, such as a malformed diagnostic. */
function encoded(frames: readonly Frame[]): Buffer | undefined {
  const parts: Buffer[] = [];
  for (const frame of frames) {
    if (frame.type === 'refused' && UNSAYABLE.test(frame.text)) return undefined;
    parts.push(encodedFrame(frame));
  }
  return Buffer.concat(parts);
}

function encodedFrame(frame: Frame): Buffer {
  switch (frame.type) {
    case 'accepted':
      return encodeAccepted();
    case 'refused':
      return encodeRefused(frame.text);
    case 'exited':
    case 'signaled':
      return encodeExitStatus(frame);
    case 'stdout':
    case 'stderr':
      return frame.chunk;
    default:
      return encodeRequestFrame(frame);
  }
}

/** The one spelling of bytes that can be spelled in several ways: ports and exit codes with zeros, long diagnostics. */
function canonical(kind: Kind, bytes: Buffer): Buffer {
  if (kind === 'request') {
    const nul = bytes.indexOf(0);
    const port = Number(bytes.toString('latin1', 0, nul));
    return Buffer.concat([Buffer.from(String(port)), bytes.subarray(nul)]);
  }
  if (kind === 'stderr')
    return Buffer.from(
      bytes.toString('latin1').replace(/\0exit (?=\d{1,3}\n$)0+(\d+)\n$/, '\0exit $1\n'),
      'latin1',
    );
  if (bytes[0] !== 1) return bytes;
  const newline = bytes.indexOf(NEWLINE);
  const end = Math.min(newline === -1 ? bytes.length : newline, 1 + DIAGNOSTIC_LIMIT);
  return Buffer.concat([bytes.subarray(0, end), Buffer.of(NEWLINE)]);
}
