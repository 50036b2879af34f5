/**
 * The rexec protocol as streams: bytes in, typed frames out, and back. No socket, no clock, no log.
 *
 * @module rexecd/codec
 */
export { CodecError, type CodecErrorCode, type CodecErrorField } from './errors.ts';
export {
  type ExitStatus,
  FIELD_LABEL,
  type FieldName,
  type MuxFrame,
  type ReplyFrame,
  type Request,
  type RequestFrame,
  type Sender,
  type StderrFrame,
} from './frames.ts';
export { DIAGNOSTIC_LIMIT, type FieldLimits, LIMITS, LOWEST_STDERR_PORT } from './limits.ts';
export { MuxDecoder, type MuxDecoderOptions } from './mux-decoder.ts';
export { encodeMuxFrame } from './mux-encoder.ts';
export { MUX_DATA_LIMIT, MUX_FIRST_WINDOW } from './mux-kinds.ts';
export { ReplyDecoder } from './reply-decoder.ts';
export { encodeAccepted, encodeExitStatus, encodeRefused } from './reply-encoder.ts';
export { RequestDecoder, type RequestDecoderOptions } from './request-decoder.ts';
export { encodeLogin, encodeRequest, encodeRequestFrame } from './request-encoder.ts';
export { type Seen, statusChannel } from './status-channel.ts';
export { StderrDecoder } from './stderr-decoder.ts';
