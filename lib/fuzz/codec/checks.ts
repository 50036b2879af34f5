import { CodecError, DIAGNOSTIC_LIMIT, LIMITS, STATUS_REFUSED } from '../../../codec/index.ts';
import type { Violation } from '../oracles/sight.ts';
import { shown } from '../script/byte-text.ts';
import { RULES } from '../settings.ts';
import type { Decoded, Expected, Frame, Kind } from './decoding.ts';
import { expectedOf } from './model.ts';
import { canonicalMux } from './mux-model.ts';

/** Bytes that a decoder may hold: its largest field, its diagnostic, what may be an exit status, a mux frame, a header (docs/codec.md). */
const MOST_HELD: Readonly<Record<Kind, number>> = {
  request: Math.max(...Object.values(LIMITS)),
  reply: DIAGNOSTIC_LIMIT,
  stderr: 32,
  muxClient: 26,
  muxDaemon: 26,
  proxy: 107,
};
const NEWLINE = 0x0a;

/** What is wrong with what two decoders of a kind made of the same bytes, cut in different ways. */
export function checkDecoded(kind: Kind, bytes: Buffer, whole: Decoded, cut: Decoded): Violation | undefined {
  for (const { error, settled, mostHeld } of [whole, cut]) {
    if (error && !(error instanceof CodecError))
      return { oracle: 'codec.throws', cause: `${kind}: ${error.name}`, detail: error.message };
    if (!settled) return { oracle: 'codec.stalls', cause: kind, detail: 'it neither ends nor fails' };
    if (mostHeld > MOST_HELD[kind])
      return { oracle: 'codec.memory', cause: kind, detail: `${mostHeld} bytes held` };
  }
  const [one, other] = [tell(outcomeOf(whole)), tell(outcomeOf(cut))];
  if (one !== other)
    return { oracle: 'codec.cut', cause: kind, detail: `whole ${brief(one)}; cut ${brief(other)}` };
  const expected = tell(expectedOf(kind, bytes, RULES));
  if (one !== expected)
    return { oracle: 'codec.model', cause: kind, detail: `${brief(one)} instead of ${brief(expected)}` };
  return undefined;
}

/** What is wrong with what the encoders made of the frames that these bytes were decoded to. */
export function checkEncoded(
  kind: Kind,
  bytes: Buffer,
  again: Buffer | Error | undefined,
): Violation | undefined {
  if (!again || (Buffer.isBuffer(again) && again.equals(canonical(kind, bytes)))) return undefined;
  const outcome = Buffer.isBuffer(again) ? brief(again.toString('latin1')) : `refused: ${again.message}`;
  return { oracle: 'codec.identity', cause: kind, detail: `encoded again it is ${outcome}` };
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
    case 'mainEnd':
    case 'unproxied':
      return '';
    case 'proxied':
      return [frame.source, frame.destination].map(({ address, port }) => `${address} ${port}`).join(' ');
    case 'mainWindow':
    case 'stderrWindow':
      return frame.bytes;
    case 'signal':
      return frame.number;
    default:
      return frame.chunk.toString('latin1');
  }
}

const brief = (text: string): string => shown(text.length > 200 ? `${text.slice(0, 200)}...` : text);

/** The one spelling of bytes that can be spelled in several ways: ports and exit codes with zeros, long diagnostics, divided data. */
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
  if (kind === 'muxClient' || kind === 'muxDaemon') return canonicalMux(bytes);
  if (bytes[0] !== STATUS_REFUSED) return bytes;
  const newline = bytes.indexOf(NEWLINE);
  const end = Math.min(newline === -1 ? bytes.length : newline, 1 + DIAGNOSTIC_LIMIT);
  return Buffer.concat([bytes.subarray(0, end), Buffer.of(NEWLINE)]);
}
