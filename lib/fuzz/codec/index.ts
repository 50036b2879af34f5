/** The codec, fuzzed in this process. */
export { type CodecFuzzOptions, checkCodec, fuzzCodec } from './campaign.ts';
export type { Decoders, Kind } from './decoding.ts';
