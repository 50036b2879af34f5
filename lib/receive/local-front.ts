import type { Socket } from 'node:net';
import type { ConnectionEnd } from '../../codec/index.ts';
import { refuse } from '../connection/index.ts';
import type { Front, TlsTerms, VisitOptions } from './front.ts';
import { readProxyHeader } from './proxy-header.ts';
import { TlsGate } from './tls-gate.ts';
import { LocalVisit } from './visit.ts';

/** Reads peers in this process. */
export class LocalFront implements Front {
  #gate: TlsGate | undefined;
  #options: VisitOptions | undefined; // from set() on

  async set(tls: TlsTerms | undefined, options: VisitOptions): Promise<void> {
    this.#gate = tls && new TlsGate(tls, options.requestSeconds);
    this.#options = options;
  }

  unwrap(socket: Socket, seconds: number): Promise<ConnectionEnd | undefined> {
    return readProxyHeader(socket, seconds);
  }

  /** @param waited how long the peer has waited, in milliseconds */
  visit(_id: string, socket: Socket, secure: boolean, waited = 0): LocalVisit {
    return new LocalVisit(socket, secure ? this.#gate : undefined, this.#options!, waited);
  }

  /** Nobody reads clear text where TLS is spoken: that takes a handshake, which a peer without time to leave does not get. */
  async turnAway(socket: Socket, secure: boolean, line: string | null, drainSeconds: number): Promise<void> {
    if (!secure) return refuse(socket, line, drainSeconds);
    const visit = this.visit('', socket, secure);
    try {
      if (drainSeconds === 0) return;
      await visit.open();
      await visit.refuse(line);
    } catch {
      // the handshake failed: there is nobody to refuse
    } finally {
      visit.destroy();
    }
  }

  async end(): Promise<void> {}
}
