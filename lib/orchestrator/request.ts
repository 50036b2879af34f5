import type { Socket } from 'node:net';
import { Secret } from '../base/index.ts';
import type { Credentials } from '../login/index.ts';
import { type Connection, lingeringClose, type Secured, SessionError } from '../run/index.ts';
import { nameOf, textOf } from '../text/index.ts';
import { connectBack } from './connect-back.ts';
import type { SessionOptions } from './options.ts';
import type { Steps } from './steps.ts';

/** One request, field by field, and the second connection that it asks for. It throws, and closes nothing. */
export class Request implements Steps {
  readonly #options: SessionOptions;
  readonly #secured: Secured | undefined;
  readonly #gone: AbortSignal;
  readonly #address: { readonly remote: string; readonly local: string };
  #port = 0;
  #user: Buffer = Buffer.alloc(0);
  #secret = Secret.empty();
  #command: Buffer | undefined;
  #stderrSocket: Socket | undefined;
  #over = false;

  /** @param gone aborted once the connection is closed */
  constructor(
    { remoteAddress = '', localAddress = '' }: Connection,
    secured: Secured | undefined,
    options: SessionOptions,
    gone: AbortSignal,
  ) {
    this.#options = options;
    this.#secured = secured;
    this.#gone = gone;
    this.#address = { remote: remoteAddress, local: localAddress };
  }

  /** As text, for the log. */
  get user(): string {
    return textOf(this.#user, this.#options.charset);
  }

  /** As text, for the log. */
  get commandText(): string {
    return textOf(this.#command ?? Buffer.alloc(0), this.#options.charset);
  }

  /** Undefined until the request is complete. */
  get command(): Buffer | undefined {
    return this.#command;
  }

  /** The second connection, not read yet. */
  get stderrSocket(): Socket | undefined {
    return this.#stderrSocket;
  }

  get credentials(): Credentials {
    const secured = this.#secured && { certificate: this.#secured.certificate };
    const user = nameOf(this.#user, this.#options.charset);
    return { user, secret: this.#secret, address: this.#address.remote, ...secured };
  }

  /** Steps 1 and 2: the port, and the second connection to it, before the peer says who it is. */
  openStderrChannel(port: number): undefined | Promise<void> {
    this.#port = port;
    return this.#options.stderrChannel === 'before-auth' && port !== 0 ? this.#connectBack() : undefined;
  }

  /** Step 3. */
  setUser(bytes: Buffer): undefined {
    this.#user = bytes;
  }

  /** Step 4. */
  setPassword(bytes: Buffer): undefined {
    this.#secret = new Secret(bytes);
  }

  /** Step 5. */
  setCommand(bytes: Buffer): undefined {
    this.#command = bytes;
  }

  /** The second connection of a peer that has logged in, if the settings want it then. */
  async accepted(): Promise<void> {
    if (this.#options.stderrChannel === 'after-auth' && this.#port !== 0) await this.#connectBack();
  }

  /** Closes the second connection, should it be made only now; its peer has a moment to leave. */
  async end(): Promise<void> {
    this.#over = true;
    this.#secret.wipe();
    if (this.#stderrSocket) await lingeringClose(this.#stderrSocket, this.#options.drainSeconds);
  }

  async #connectBack(): Promise<void> {
    const { remote: address, local: localAddress } = this.#address;
    // SECURITY: what came by TLS does not continue in clear text unless a setting says so.
    if (this.#secured && !this.#secured.connectsBack)
      throw new SessionError(
        'REXEC_STDERR_UNREACHABLE',
        'the stderr channel would be in clear text (tls.connectBack is false)',
      );
    const { connectBackSeconds: seconds, keepAliveSeconds } = this.#options;
    const where = { address, localAddress, port: this.#port, seconds, keepAliveSeconds };
    this.#stderrSocket = await connectBack(where, this.#gone);
    if (this.#over) this.#stderrSocket.destroy();
  }
}
