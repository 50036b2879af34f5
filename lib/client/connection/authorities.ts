// By its default export: a Node.js that is too old has no getCACertificates, and could not say that it is too old.
import tls, { type SecureContext } from 'node:tls';

let read: string[] | undefined;
let context: SecureContext | undefined;

/**
 * The authorities (PEM) that curl and openssl trust on this machine, and those of NODE_EXTRA_CA_CERTS; those that Node.js
 * brings if the machine has none. They are read once: there are hundreds.
 */
export function systemAuthorities(): string[] {
  read ??= [...new Set([...tls.getCACertificates('system'), ...tls.getCACertificates('extra')])];
  if (read.length === 0) read = [...tls.getCACertificates('bundled')];
  return read;
}

/** What a client without files of its own speaks TLS with: made once. */
export function systemContext(minVersion: 'TLSv1.2'): SecureContext {
  context ??= tls.createSecureContext({ ca: systemAuthorities(), minVersion });
  return context;
}
