import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { ALPN_PROTOCOLS, MUX_PROTOCOL } from '../../codec/index.ts';
import { RexecError, reasonOf } from '../base/index.ts';
import type { ClientCertificate } from '../login/index.ts';
import type { TlsTerms } from './front.ts';

/** A connection that was made secure. */
export interface Passed {
  readonly socket: TLSSocket;
  readonly multiplexed: boolean;
  /** One that can be relied on unless there is a fault; null where the client shows none. */
  readonly certificate: ClientCertificate | null;
  /** Why the client must be refused: its certificate is not accepted, or it is missing. */
  readonly fault: string | undefined;
}

/** A connection whose TLS handshake failed, or whose certificate is not accepted; `message` says why. */
export class TlsHandshakeError extends RexecError {
  override readonly code = 'REXEC_HANDSHAKE';
}

/** Makes accepted connections secure, with the certificates as they were when it was made. */
export class TlsGate {
  readonly #server: Server; // it listens to nothing
  readonly #needsCertificate: boolean;
  readonly #passing = new Map<string, PromiseWithResolvers<TLSSocket>>(); // by the ends of their connections

  constructor({ cert, key, ca, minVersion, needsCertificate }: TlsTerms, seconds: number) {
    this.#needsCertificate = needsCertificate;
    this.#server = createServer({
      cert,
      key,
      ...(ca !== undefined && { ca }),
      minVersion,
      requestCert: ca !== undefined,
      rejectUnauthorized: false, // this class does, and so the peer can read that it is refused
      ALPNProtocols: [...ALPN_PROTOCOLS],
      handshakeTimeout: seconds * 1000,
    });
    this.#server.on('secureConnection', (socket) => {
      const passing = this.#passing.get(endsOf(socket));
      if (passing) passing.resolve(socket);
      else socket.destroy(); // it broke in this very moment
    });
    this.#server.on('tlsClientError', (error, socket) => {
      this.#passing.get(endsOf(socket))?.reject(new TlsHandshakeError(reasonOf(error), { cause: error }));
      socket.destroy();
    });
  }

  /** @throws TlsHandshakeError, and the connection is closed, when the handshake fails or takes longer than it may */
  async pass(connection: Socket): Promise<Passed> {
    if (connection.destroyed || connection.readableEnded) {
      connection.destroy(); // it was left after its PROXY header: nothing would tell any more
      throw closedBy(connection);
    }
    const passing = Promise.withResolvers<TLSSocket>();
    const ends = endsOf(connection);
    const closed = () => passing.reject(closedBy(connection));
    this.#passing.set(ends, passing);
    connection.once('close', closed);
    connection.allowHalfOpen = false; // who half-closes inside the handshake is gone
    try {
      this.#server.emit('connection', connection);
      const socket = await passing.promise;
      socket.allowHalfOpen = true;
      socket.on('error', () => {}); // for its whole life: a reset between two owners must not end the daemon
      const certificate = certificateOf(socket);
      const fault = certificate
        ? faultOf(socket, certificate)
        : this.#needsCertificate
          ? 'no certificate'
          : undefined;
      return { socket, multiplexed: socket.alpnProtocol === MUX_PROTOCOL, certificate, fault };
    } catch (error) {
      connection.destroy();
      throw error;
    } finally {
      this.#passing.delete(ends);
      connection.off('close', closed);
    }
  }
}

const closedBy = ({ errored }: Socket): TlsHandshakeError =>
  new TlsHandshakeError(errored ? reasonOf(errored) : 'the peer closed the connection');

/** As the system has them: the socket itself may have another form of an address, or one that a proxy has named. */
const endsOf = (socket: Socket): string =>
  (['remoteAddress', 'remotePort', 'localAddress', 'localPort'] as const)
    .map((end) => Reflect.get(Object.getPrototypeOf(socket), end, socket))
    .join(' ');

function certificateOf(socket: TLSSocket): ClientCertificate | null {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return null;
  const { subject, fingerprint256 } = certificate.toLegacyObject();
  return {
    subject: certificate.subject.replaceAll('\n', ', '),
    commonNames: [subject.CN ?? []].flat(),
    fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

const faultOf = (socket: TLSSocket, { subject }: ClientCertificate): string | undefined =>
  socket.authorized ? undefined : `the certificate of ${subject}: ${socket.authorizationError}`;
