import { constants } from 'node:os';
import {
  ExecError,
  type ExecErrorCode,
  type ExecPhase,
  type ExecResult,
  isNotSocket,
} from '../../client/index.ts';
import { printableText } from '../../events/index.ts';
import { CommanderError } from './command.ts';
import { REXEC_EXIT, SIGNALED } from './exit-codes.ts';

/** 0 only where the command is known to have succeeded, or its daemon never tells and everything else went well. */
export function exitCodeOf({ exitCode, signal }: Pick<ExecResult, 'exitCode' | 'signal'>): number {
  return signal === null ? (exitCode ?? 0) : SIGNALED + numberOf(signal);
}

/** SIGRTMIN of Linux with glibc, which keeps the two signals below it. */
const FIRST_REAL_TIME_SIGNAL = 34;

/** The number of a signal by its name; of a real-time one by its distance, SIGRTMIN+2. 0 where nobody here knows it. */
function numberOf(signal: string): number {
  const { distance } = /^SIGRTMIN\+(?<distance>[12]?\d|30)$/.exec(signal)?.groups ?? {};
  if (distance !== undefined) return FIRST_REAL_TIME_SIGNAL + Number(distance);
  return constants.signals[signal as NodeJS.Signals] ?? 0;
}

export function exitCodeOfFailure(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const codes: Partial<Record<ExecErrorCode, number>> = REXEC_EXIT;
  return (error instanceof ExecError ? codes[error.code] : undefined) ?? REXEC_EXIT.usage;
}

/** Host, phase and reason, in one line; of an error that is none of a host's, the reason. */
export function failureText(error: unknown): string {
  if (!(error instanceof ExecError))
    return printableText(error instanceof Error ? error.message : String(error));
  return `${printableText(error.host)}: ${failureReason(error)}`;
}

/** Phase and reason. */
export function failureReason(error: ExecError): string {
  return `${PHASE_NAME[error.phase]}: ${printableText(error.message) || 'the daemon gives no reason'}`;
}

export const PHASE_NAME: Readonly<Record<ExecPhase, string>> = {
  request: 'request',
  resolve: 'resolve',
  connect: 'connect',
  tls: 'TLS',
  stderrChannel: 'stderr channel',
  login: 'login',
  run: 'run',
};

/** What the user can do about a failure, in the imperative. */
export function adviceOn(error: unknown): string | undefined {
  if (!(error instanceof ExecError)) return undefined;
  if (isNotSocket(error.cause)) return 'set TK_RETRY_ON_WSAENOTSOCK=1, which tries up to five times more';
  if (error.code === 'REXEC_TLS_FAILED')
    return TLS_FAULTS.find(([text]) => text.test(error.message))?.[1] ?? ADVICE.REXEC_TLS_FAILED;
  if (error.code === 'REXEC_REFUSED')
    return REFUSALS.find(([text]) => text.test(error.message))?.[1] ?? ADVICE.REXEC_REFUSED;
  return BY_PHASE[`${error.code} ${error.phase}`] ?? ADVICE[error.code];
}

const CREDENTIALS = 'check user and password (-l, -P)';
const ADVICE: Readonly<Record<ExecErrorCode, string | undefined>> = {
  REXEC_REQUEST_INVALID: 'shorten it; put a long command into a script on the host',
  REXEC_UNREACHABLE: 'see that rexecd runs there and that no firewall is between; --port names another port',
  REXEC_TLS_FAILED: 'see that the port is the one for TLS (--port), and what the daemon asks for',
  REXEC_NO_STDERR: 'use --no-stderr, or let a firewall pass one port and give it by --stderr-port',
  REXEC_REFUSED: "see the daemon's log on the host, which has the cause",
  REXEC_PROTOCOL: 'check host and port: what listens there is no rexecd',
  REXEC_LOST: 'the command may have run: look before you run it again',
  REXEC_TIMED_OUT: 'the command may have run on: look before you run it again; --timeout waits longer',
  REXEC_STATUS_UNKNOWN: 'leave out --strict, or let the command print how it ended: this daemon cannot tell',
  REXEC_OUTPUT_TOO_LONG: undefined,
  REXEC_ABORTED: undefined,
};

const BY_PHASE: Readonly<Record<string, string>> = {
  'REXEC_UNREACHABLE resolve': 'check the name of the host, or give its address',
  'REXEC_LOST stderrChannel': 'use --no-stderr: the daemon may not be able to connect back',
  'REXEC_LOST login': `${CREDENTIALS}: some daemons refuse a login without a word; or use --tls, if it speaks that`,
  'REXEC_TIMED_OUT login': 'wait longer by --answer-timeout, or ask why the host takes so long to log in',
};

/** What OpenSSL and Node say. */
const TLS_FAULTS: readonly (readonly [text: RegExp, advice: string])[] = [
  [/self.signed|local issuer|verify the first/i, 'give the authority of its certificate by --ca'],
  [/altnames|does not match/i, 'call the host by a name that its certificate has'],
  [/has expired|not yet valid/i, "have the daemon's certificate renewed, and check the clock of this host"],
  [/wrong version number|packet length|record layer/i, 'leave out --tls, or give the port for TLS by --port'],
  [
    /certificate required|handshake failure|bad certificate|unknown ca/i,
    'give a certificate that the daemon knows by --cert and --key',
  ],
];

/** Diagnostics of daemons (docs/protocol.md, protocol of other systems), the more special first. */
const REFUSALS: readonly (readonly [text: RegExp, advice: string])[] = [
  [/login (is )?(not correct|incorrect)|password incorrect|permission denied|incorrecte/i, CREDENTIALS],
  [/certificate not accepted/i, 'give a certificate that the daemon knows by --cert and --key'],
  [/too long/i, 'shorten it; put a long command into a script on the host'],
  [/try again/i, 'try later: the daemon has as many connections as it may, or it stops'],
  [/no remote directory/i, "ask for a home directory on the host: the user's is missing"],
  [/stderr port/i, 'use --no-stderr, or let a firewall pass one port and give it by --stderr-port'],
  [/timed out/i, 'try again; the request took longer than the daemon waits'],
  [/expired/i, 'renew the account or its password on the host'],
  [
    /where are you|look up address/i,
    "give this host's address a name, in the DNS or /etc/hosts of the other host",
  ],
];
