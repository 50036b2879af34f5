import { Socket } from 'node:net';
import type { RequestDecoder } from '../../codec/index.ts';
import type { Grant } from '../login/index.ts';
import type { Channel } from './channel.ts';
import type { Connection, Secured } from './connection.ts';
import { SessionError } from './errors.ts';
import { Execution } from './execution.ts';
import type { SessionOptions } from './options.ts';
import type { PeerReader } from './peer-reader.ts';
import { prepare } from './preparation.ts';
import { StderrChannel } from './stderr-channel.ts';
import type { Steps } from './steps.ts';

/** What a request works with: the session's parts. */
export interface RequestParts {
  readonly session: string; // its id
  readonly peer: string; // address and port
  readonly connection: Connection;
  readonly secured: Secured | undefined;
  readonly reader: PeerReader;
  readonly decoder: RequestDecoder;
  readonly options: SessionOptions;
  /** Aborted once the connection is closed. */
  readonly gone: AbortSignal;
  /** The request is complete; the login is being checked. */
  readonly onComplete: () => void;
  /** Asked before the command starts; throws if it must no longer start. */
  readonly mayStart: () => void;
  /** The command runs. */
  readonly onRunning: (execution: Execution) => Promise<void>;
}

/** One request, from its first field to the command that runs (rexecd(8) steps 1 to 8). It throws, and closes nothing. */
export class Request implements Steps {
  readonly #parts: RequestParts;
  readonly #address: { readonly remote: string; readonly local: string };
  #stderrPort = 0;
  #user = '';
  #secret: Buffer = Buffer.alloc(0);
  #command: string | undefined;
  #channel: Channel | undefined;
  #grant: Grant | undefined;
  #execution: Execution | undefined;
  #over = false;

  constructor(parts: RequestParts) {
    const { remoteAddress = '', localAddress = '' } = parts.connection;
    this.#parts = parts;
    this.#channel = parts.secured?.channel;
    this.#address = { remote: remoteAddress, local: localAddress };
  }

  /** What every event of a peer names. */
  get who(): { session: string; peer: string; user: string } {
    const { session, peer } = this.#parts;
    return { session, peer, user: this.#user };
  }

  get command(): string | undefined {
    return this.#command;
  }

  get channel(): Channel | undefined {
    return this.#channel;
  }

  get grant(): Grant | undefined {
    return this.#grant;
  }

  get execution(): Execution | undefined {
    return this.#execution;
  }

  /** Steps 1 and 2: the port, and the second connection to it, before the peer says who it is. */
  openStderrChannel(port: number): undefined | Promise<void> {
    this.#stderrPort = port;
    const { stderrChannel } = this.#parts.options;
    return stderrChannel === 'before-auth' && port !== 0 ? this.#connectBack() : undefined;
  }

  /** Step 3. */
  setUser(name: string): undefined {
    this.#user = name;
  }

  /** Step 4. */
  setPassword(secret: Buffer): undefined {
    this.#secret = secret;
  }

  /** Steps 5 to 8: the command is complete; the user is validated, the NUL answered, the command run. */
  async execute(line: string): Promise<void> {
    const { options, secured, reader, gone, onComplete, mayStart, onRunning } = this.#parts;
    const { events, login, stderrChannel } = options;
    onComplete();
    const credentials = {
      user: this.#user,
      secret: this.#secret,
      address: this.#address.remote,
      ...(secured && { certificate: secured.certificate }),
    };
    const grant = await login.verify(credentials, gone);
    this.#grant = grant;
    events.emit('loginAccepted', { ...this.who, localUser: grant.identity.user });
    if (stderrChannel === 'after-auth' && this.#stderrPort !== 0) await this.#connectBack();
    mayStart();
    const execution = await this.#start(grant, line);
    this.#command = line;
    this.#execution = execution;
    await onRunning(execution);
    const { pid, plan } = execution;
    const localUser = grant.identity.user;
    events.emit('commandStarted', { ...this.who, localUser, command: line, pid, plan });
    const finish = () => reader.finish();
    execution.finished.then(finish, finish);
    if (plan === 'relay') reader.openStdin();
  }

  /** What follows the command's NUL. */
  feed(chunk: Buffer): undefined | Promise<void> {
    return this.#execution?.feed(chunk);
  }

  /** The session has ended, and with it the stderr channel, even if it is only established now. */
  end(): void {
    this.#over = true;
    this.#secret.fill(0);
    this.#channel?.destroy();
    this.#execution?.close();
  }

  async #connectBack(): Promise<void> {
    const { remote: address, local: localAddress } = this.#address;
    const { options, secured, gone } = this.#parts;
    // SECURITY: what came by TLS does not continue in clear text unless a setting says so.
    if (secured && !secured.connectsBack)
      throw new SessionError(
        'REXEC_STDERR_UNREACHABLE',
        'the stderr channel would be in clear text (tls.connectBack is false)',
      );
    const { connectBackSeconds: seconds, keepAliveSeconds } = options;
    const where = { address, localAddress, port: this.#stderrPort, seconds, keepAliveSeconds };
    this.#channel = await StderrChannel.connect(where, gone);
    if (this.#over) this.#channel.destroy();
  }

  async #start(grant: Grant, line: string): Promise<Execution> {
    const { session, connection, secured, reader, decoder, options } = this.#parts;
    const { events, launcher, stdio, idleSeconds } = options;
    const { launch, homeProblem } = await prepare(grant, line, this.#address.remote, options);
    if (homeProblem !== undefined) {
      const { user, home } = grant.identity;
      const { directory } = launch;
      events.emit('homeUnusable', { session, user, home, directory, cause: homeProblem });
    }
    return Execution.start({
      connection,
      channel: this.#channel,
      launcher,
      launch,
      plainSocket: secured || !(connection instanceof Socket) ? undefined : connection,
      // Bytes of a connection that was handed over are seen by nobody here.
      mayHandOver: () =>
        stdio === 'auto' && idleSeconds === 0 && !decoder.stdinSeen && canHandOver(connection),
      onHandOver: () => reader.finish(),
      onSignal: (signal) => events.emit('signalForwarded', { session, signal }),
    });
  }
}

/** True when nothing was read past the request and nothing waits to be written, so the command can have it all. */
const canHandOver = (connection: Connection): boolean =>
  connection.readableLength === 0 && connection.writableLength === 0 && !connection.readableEnded;
