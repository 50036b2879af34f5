import type { Socket } from 'node:net';
import { reasonOf } from '../../base/index.ts';
import type { Events } from '../../events/index.ts';
import { addressAndPort } from '../../login/index.ts';
import { Mux } from '../../mux/index.ts';
import { type Connection, MuxedChannel, refuse, type Secured } from '../../run/index.ts';
import type { Settings } from '../../settings/index.ts';
import type { Arrival } from '../accept/listeners.ts';
import type { Passed, TlsGate } from './gate.ts';

/** A connection that is ready for a session, in clear text or made secure. */
export type Ready =
  | { readonly connection: Socket; readonly secured: undefined }
  | { readonly connection: Connection; readonly secured: Secured };

/** What a peer reads whose certificate will not do; why it does not is told to the event log. */
const CERTIFICATE_REFUSED = 'Certificate not accepted.';

/** One that has a gate to pass. */
export type SecureArrival = Arrival & { readonly gate: TlsGate };

/** Connections on their way through the TLS handshake. */
export class Handshakes {
  readonly #events: Events;
  readonly #pending = new Set<Socket>();
  #stopped = false;

  constructor(events: Events) {
    this.#events = events;
  }

  /** Undefined, and the event log has the cause, if the handshake fails. Never rejects. */
  async pass(
    { socket, gate }: SecureArrival,
    { tlsConnectBack, drainSeconds }: Pick<Settings, 'tlsConnectBack' | 'drainSeconds'>,
  ): Promise<Ready | undefined> {
    const peer = addressAndPort(socket.remoteAddress ?? '', socket.remotePort ?? 0);
    this.#pending.add(socket);
    try {
      const passed = await gate.pass(socket);
      if (this.#stopped) return void socket.destroy();
      const ready = readyFrom(passed, tlsConnectBack);
      if (passed.fault === undefined) return ready;
      this.#events.emit('handshakeFailed', { peer, cause: passed.fault });
      await refuse(ready.connection, CERTIFICATE_REFUSED, drainSeconds);
      return undefined;
    } catch (error) {
      if (this.#stopped) return undefined;
      if (socket.bytesRead === 0) this.#events.emit('peerSilent', { session: 'none', peer });
      else this.#events.emit('handshakeFailed', { peer, cause: reasonOf(error) });
      return undefined;
    } finally {
      this.#pending.delete(socket);
    }
  }

  /** Ends those that are still running. */
  stop(): void {
    this.#stopped = true;
    for (const socket of this.#pending) socket.destroy();
  }
}

function readyFrom({ socket, multiplexed, certificate }: Passed, connectsBack: boolean): Ready {
  if (!multiplexed) return { connection: socket, secured: { certificate, connectsBack } };
  const mux = new Mux(socket, 'daemon');
  const channel = new MuxedChannel(mux);
  return { connection: mux.main, secured: { certificate, channel, connectsBack: false } };
}
