import type { Socket } from 'node:net';
import { refuse } from '../connection/index.ts';
import type { Front, TlsTerms, Unwrapped, VisitOptions } from './front.ts';
import { readProxyHeader } from './proxy-header.ts';
import { TlsGate } from './tls-gate.ts';
import { LocalVisit } from './visit.ts';

const NOTHING: Buffer = Buffer.alloc(0);

/** Reads peers in this process. */
export class LocalFront implements Front {
  #gate: TlsGate | undefined;
  #options: VisitOptions | undefined; // from set() on

  async set(tls: TlsTerms | undefined, options: VisitOptions): Promise<void> {
    this.#gate = tls && new TlsGate(tls, options.requestSeconds);
    this.#options = options;
  }

  /** What follows the header is left in the socket. */
  async unwrap(socket: Socket, seconds: number): Promise<Unwrapped> {
    return { source: await readProxyHeader(socket, seconds), early: NOTHING };
  }

  /** @param waited how long the peer has waited, in milliseconds */
  visit(_id: string, socket: Socket, secure: boolean, early = NOTHING, waited = 0): LocalVisit {
    if (early.length > 0) socket.unshift(early);
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
