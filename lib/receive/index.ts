/** From a peer's bytes to its request: TLS, mux, the decoder, the steps. It needs no privilege. */

export { type CarriedConnection, carry } from './carry.ts';
export type {
  Front,
  FrontOptions,
  OnPort,
  Received,
  Released,
  TlsTerms,
  Visit,
  VisitOptions,
} from './front.ts';
export { LocalFront } from './local-front.ts';
export { readProxyHeader } from './proxy-header.ts';
export { TlsHandshakeError } from './tls-gate.ts';
export type { LocalVisit } from './visit.ts';
