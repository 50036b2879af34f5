/**
 * The rexec protocol as streams: bytes in, typed frames out, and back. No socket, no clock, no log.
 *
 * @module rexecd/codec
 */
export { CodecError, type CodecErrorCode, type CodecErrorField } from './errors.ts';
export type { DecoderOptions, FrameDecoder } from './frame-decoder.ts';
export type { FrameEncoder } from './frame-encoder.ts';
export { DIAGNOSTIC_LIMIT, type FieldLimits, LIMITS, LOWEST_STDERR_PORT } from './limits.ts';
export { MuxDecoder, type MuxDecoderOptions } from './mux/decoder.ts';
export { encodeMuxFrame, MuxEncoder, type MuxEncoderOptions } from './mux/encoder.ts';
export type { MuxFrame, Sender } from './mux/frames.ts';
export { MUX_DATA_LIMIT, MUX_FIRST_WINDOW } from './mux/kinds.ts';
export { ALPN_PROTOCOLS, DEFAULT_PORT, DEFAULT_TLS_PORT, defaultPort, MUX_PROTOCOL } from './ports.ts';
export { ProxyDecoder } from './proxy/decoder.ts';
export type { ConnectionEnd, ProxyFrame } from './proxy/frames.ts';
export { ReplyDecoder } from './reply/decoder.ts';
export { encodeAccepted, encodeRefused, encodeReplyFrame, ReplyEncoder } from './reply/encoder.ts';
export type { ReplyFrame } from './reply/frames.ts';
export { STATUS_ACCEPTED, STATUS_REFUSED } from './reply/grammar.ts';
export { type Seen, statusChannel } from './reply/status-channel.ts';
export { RequestDecoder, type RequestDecoderOptions } from './request/decoder.ts';
export { encodeLogin, encodeRequest, encodeRequestFrame, RequestEncoder } from './request/encoder.ts';
export { FIELD_LABEL, type FieldName, type Request, type RequestFrame } from './request/frames.ts';
export { StderrDecoder } from './stderr/decoder.ts';
export { encodeStderrFrame, StderrEncoder } from './stderr/encoder.ts';
export { encodeExitStatus } from './stderr/exit-status.ts';
export type { ExitStatus, SignalFrame, StderrFrame } from './stderr/frames.ts';
export { SignalDecoder } from './stderr/signal-decoder.ts';
export { SignalEncoder } from './stderr/signal-encoder.ts';
export { encodeSignalFrame, HIGHEST_SIGNAL, isSignal } from './stderr/signals.ts';
