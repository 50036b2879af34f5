import type { Readable, Writable } from 'node:stream';
import type { ExecPhase } from './errors.ts';

/** How a command is run on the other host. Times are in seconds; 0 is no limit. */
export interface ExecOptions {
  readonly user: string;
  /** Bytes end to end; a string is sent as UTF-8. */
  readonly password: string | Uint8Array;
  /** Port of the daemon; 512 otherwise, with `tls` 10512. */
  readonly port?: number;
  /** Whether to speak TLS, which hides password, command and output from the network. Default: false. */
  readonly tls?: boolean | TlsOptions;
  /** IPv4 or IPv6 alone; whichever the host has otherwise. */
  readonly family?: 4 | 6;
  /** Whether to ask for a stderr channel, which also carries signals and the exit status; true otherwise. */
  readonly stderrChannel?: boolean;
  /**
   * Whether to ask over the stderr channel how the command ended; true otherwise. A daemon that does not read there, such
   * as Debian's in.rexecd, resets the channel when the command ends: then the end of stderr is lost.
   */
  readonly exitStatus?: boolean;
  /** Local port the daemon connects back to, for example one that a firewall lets through. Default: a free one. */
  readonly stderrPort?: number;
  /**
   * Addresses and networks (CIDR) that the connection back may come from besides the host's own: behind a balancer each
   * daemon calls from its own address. A program there could feed us stderr.
   */
  readonly stderrFrom?: readonly string[];
  /** Whether the end of `stdin` half-closes the connection; true otherwise. Some daemons take that for a hang-up. */
  readonly halfClose?: boolean;
  /** Time to find and connect to the host, and again for the daemon to connect back; 10 otherwise. */
  readonly connectSeconds?: number;
  /** Time from the login to the daemon's answer; 60 otherwise. */
  readonly answerSeconds?: number;
  /** Time for everything; no limit otherwise. */
  readonly timeoutSeconds?: number;
  /** Silence after which TCP asks whether the daemon is still there, on each connection; 30 otherwise, 0 is never. */
  readonly keepAliveSeconds?: number;
  /** Silence of the stderr channel that is taken for its end once stdout has ended, and the reverse; 30 otherwise. */
  readonly endSeconds?: number;
  /** How often to begin again where the system says ENOTSOCK before the login is sent; never otherwise. */
  readonly notSocketRetries?: number;
  /** Whether an end without an exit status is an error, REXEC_STATUS_UNKNOWN; false otherwise. */
  readonly strict?: boolean;
  /** Whether the result has both outputs as text (UTF-8), and how much of each; see {@link CaptureLimit}. */
  readonly capture?: boolean | CaptureLimit;
  /** Ends the command with REXEC_ABORTED. */
  readonly signal?: AbortSignal;
  /** Called as each phase begins, with what is to be known of it. */
  readonly onPhase?: (phase: ExecPhase, detail: string) => void;
}

/** How TLS is spoken. Certificates and keys are PEM. */
export interface TlsOptions {
  /** Authorities that may vouch for the daemon, instead of those that the system trusts. */
  readonly ca?: string | Uint8Array;
  /** Certificate and private key to show, where the daemon asks for them. */
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  /** Accepts any certificate: an attacker on the network can then read and change everything. */
  readonly insecure?: boolean;
  /** Name that the daemon's certificate must have, instead of the host's. */
  readonly serverName?: string;
}

/** More than this of one output ends the command with REXEC_OUTPUT_TOO_LONG. */
export interface CaptureLimit {
  /** Bytes of each output; 16 MiB otherwise. */
  readonly maxBytes: number;
}

/**
 * How the command ended. Exit code and signal are both null where the daemon does not tell, as daemons other than
 * rexecd do not. `Text` is string with `capture`, undefined without.
 */
export interface ExecResult<Text extends string | undefined = string | undefined> {
  readonly exitCode: number | null;
  /** Its name, such as SIGTERM. */
  readonly signal: string | null;
  readonly stdout: Text;
  /** Empty without a stderr channel: stderr then comes with stdout. */
  readonly stderr: Text;
  readonly timedOut: false;
  readonly isCanceled: false;
}

/**
 * A command on another host. It can be awaited: that gives its result, and drops what nobody reads of its outputs.
 * Without that, read both outputs to the end: the daemon stops the command while nobody reads.
 * It can be iterated: that gives the lines of stdout, as {@link lines} does.
 * If it fails, its streams are destroyed with the {@link ExecError} once what had arrived was read: await streams or result.
 */
export interface RemoteCommand<Text extends string | undefined = string | undefined>
  extends Pick<Promise<ExecResult<Text>>, 'then' | 'catch' | 'finally'>,
    AsyncIterable<string> {
  /** Ending it is the command's end of input; its output continues. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Null without a stderr channel: stderr then comes with stdout. */
  readonly stderr: Readable | null;
  /** Resolves after the last byte of output; rejects with an {@link ExecError}. */
  readonly result: Promise<ExecResult<Text>>;
  /** Seconds since the last piece of output came or was taken. */
  readonly silentSeconds: number;
  /** Sends a signal to the command's process group, by name or by the number it has there; false when it cannot be sent. */
  kill(signal: NodeJS.Signals | number): boolean;
  /**
   * The lines of stdout as text (UTF-8), without their ends; one longer than 1 MiB comes in pieces. stderr is dropped
   * unless the caller reads it. Throws the {@link ExecError} if there is one; leaving the loop ends the command.
   */
  lines(): AsyncIterableIterator<string>;
}
