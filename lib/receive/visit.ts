import type { Socket } from 'node:net';
import { RequestDecoder } from '../../codec/index.ts';
import { letGo, Secret } from '../base/index.ts';
import { type Connection, GONE, MuxedChannel, refuse, SessionError } from '../connection/index.ts';
import type { ClientCertificate } from '../login/index.ts';
import { Mux } from '../mux/index.ts';
import type { OnPort, Received, Released, Visit, VisitOptions } from './front.ts';
import { receive } from './inbound.ts';
import { PeerReader } from './peer-reader.ts';
import { steps } from './steps.ts';
import { type TlsGate, TlsHandshakeError } from './tls-gate.ts';

/** A connection that this process reads: its TLS handshake, then the fields of its request, within one time. */
export class LocalVisit implements Visit {
  readonly gone: AbortSignal;
  readonly #socket: Socket;
  readonly #gate: TlsGate | undefined;
  readonly #options: VisitOptions;
  readonly #begun: number;
  readonly #bytesBefore: number; // of a PROXY header
  readonly #gone = new AbortController();
  #connection: Connection | undefined; // once it is secure, if it is to be
  #reader: PeerReader | undefined;
  #muxed: MuxedChannel | undefined;
  #failure: Error | undefined;
  #early: Buffer = Buffer.alloc(0);
  #user: Buffer = Buffer.alloc(0);

  /**
   * @param socket accepted with `allowHalfOpen` and `noDelay`, of which at most a PROXY header was read; it may be closed
   * @param waited how much of its time has passed, in milliseconds
   */
  constructor(socket: Socket, gate: TlsGate | undefined, options: VisitOptions, waited: number) {
    this.gone = this.#gone.signal;
    this.#socket = socket;
    this.#gate = gate;
    this.#options = options;
    this.#begun = performance.now() - waited;
    this.#bytesBefore = socket.bytesRead - socket.readableLength;
    socket.on('error', () => {}); // for its whole life; the reader and the run see what broke
    if (socket.destroyed) this.#gone.abort(GONE);
    else socket.once('close', () => this.#gone.abort(GONE));
  }

  get user(): Buffer {
    return this.#user;
  }

  get silent(): boolean {
    return this.#socket.bytesRead === this.#bytesBefore;
  }

  async bytes() {
    const { bytesRead: received, bytesWritten: sent } = this.#connection ?? this.#socket;
    return { received, sent };
  }

  /** Makes the connection secure, if it is to be. Resolves with the peer's certificate, as {@link Received} has it. */
  async open(): Promise<ClientCertificate | null | undefined> {
    if (!this.#gate) {
      this.#connection = this.#socket;
      return undefined;
    }
    const { socket, multiplexed, certificate, fault } = await this.#gate.pass(this.#socket);
    if (multiplexed) {
      const mux = new Mux(socket, 'daemon');
      this.#muxed = new MuxedChannel(mux);
      this.#connection = mux.main;
    } else this.#connection = socket;
    this.#connection.once('close', () => this.#gone.abort(GONE));
    if (fault !== undefined) throw new TlsHandshakeError(fault);
    return certificate;
  }

  async receive(onPort: OnPort): Promise<Received> {
    const { requestSeconds, lowestStderrPort } = this.#options;
    const late = `request not complete within ${requestSeconds} s (limits.requestSeconds)`;
    let limit: NodeJS.Timeout | undefined;
    let secret = Secret.empty();
    let command: Buffer = Buffer.alloc(0);
    const fields = steps({
      port: (port) => (port === 0 ? undefined : onPort(port, this.#muxed !== undefined)),
      user: (bytes) => {
        this.#user = bytes;
      },
      password: (bytes) => {
        secret = new Secret(bytes);
      },
      command: (bytes) => {
        command = bytes;
      },
    });
    try {
      const certificate = await this.open();
      if (this.#failure) throw this.#failure;
      const left = requestSeconds * 1000 - (performance.now() - this.#begun); // the handshake has a limit of its own
      limit = setTimeout(() => this.fail(new SessionError('REXEC_REQUEST_TIMEOUT', late)), left);
      this.#reader = new PeerReader(this.#connection!);
      const decoder = new RequestDecoder({ lowestStderrPort, ownsInput: true });
      this.#early = await receive(this.#reader, decoder, fields);
      return { user: this.#user, secret, command, certificate };
    } catch (error) {
      secret.wipe();
      throw this.#failure ?? error;
    } finally {
      clearTimeout(limit);
    }
  }

  fail(error: Error): void {
    this.#failure ??= error;
    if (this.#reader) this.#reader.fail(error);
    else if (this.#gate) this.#socket.destroy(); // in the handshake no line can be read
  }

  async release(): Promise<Released | undefined> {
    const connection = this.#connection;
    if (!connection || connection.destroyed) return undefined;
    return { connection, early: this.#early, ...(this.#muxed && { muxed: this.#muxed }) };
  }

  /** Closes this process' duplicate of a connection in clear text. @returns what was read of it beyond the request */
  letGo(): Buffer {
    const rest = letGo(this.#socket)?.early ?? Buffer.alloc(0);
    this.#socket.destroy();
    return Buffer.concat([this.#early, rest]);
  }

  async refuse(line: string | null): Promise<void> {
    const { drainSeconds } = this.#options;
    this.#reader?.finish();
    if (!this.#connection && this.#gate) return void this.#socket.destroy();
    const finished = this.#muxed?.finish(undefined, drainSeconds);
    await Promise.all([refuse(this.#connection ?? this.#socket, line, drainSeconds), finished]);
    this.#muxed?.destroy();
  }

  destroy(): void {
    this.#connection?.destroy();
    this.#socket.destroy();
  }
}
