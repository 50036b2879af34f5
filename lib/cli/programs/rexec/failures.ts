import { reasonOf, signalNumber } from '../../../base/index.ts';
import {
  ExecError,
  type ExecErrorCode,
  type ExecPhase,
  type ExecResult,
  isNotSocket,
} from '../../../client/index.ts';
import { printableText } from '../../../text/index.ts';
import { REXEC_EXIT, SIGNALED } from '../common/exit-codes.ts';

/** 0 only where the command is known to have succeeded, or its daemon never tells and everything else went well. */
export function exitCodeOf({ exitCode, signal }: Pick<ExecResult, 'exitCode' | 'signal'>): number {
  return signal === null ? (exitCode ?? 0) : SIGNALED + (signalNumber(signal) ?? 0);
}

export function exitCodeOfFailure(error: unknown): number {
  const codes: Partial<Record<ExecErrorCode, number>> = REXEC_EXIT;
  return (error instanceof ExecError ? codes[error.code] : undefined) ?? REXEC_EXIT.usage;
}

/** For the streams of a command: its error, which its result has too, is their end. Other errors are thrown. */
export function unlessFailed(error: unknown): void {
  if (!(error instanceof ExecError)) throw error;
}

/** Host, phase and reason, in one line; of an error that is none of a host's, the reason. */
export function failureText(error: unknown): string {
  if (!(error instanceof ExecError)) return printableText(reasonOf(error));
  return `${printableText(error.host)}: ${failureReason(error)}`;
}

/** Phase and reason. */
export function failureReason(error: ExecError): string {
  return `${PHASE_NAME[error.phase]}: ${printableText(error.message) || 'the daemon gave no reason'}`;
}

export const PHASE_NAME: Readonly<Record<ExecPhase, string>> = {
  request: 'request',
  resolve: 'resolve',
  connect: 'connect',
  tls: 'TLS',
  stderrChannel: 'stderr channel',
  login: 'login',
  run: 'run',
  end: 'end',
  stderrReset: 'end',
};

/** What the user can do about a failure, in the imperative. */
export function adviceOn(error: unknown): string | undefined {
  if (!(error instanceof ExecError)) return undefined;
  if (isNotSocket(error.cause)) return 'set TK_RETRY_ON_WSAENOTSOCK=1 to retry up to five times';
  if (error.code === 'REXEC_TIMED_OUT' && /^the time for all hosts/.test(error.message))
    return 'the commands may still be running, so check before you run them again; raise --total-timeout to wait longer';
  if (error.code === 'REXEC_STATUS_UNKNOWN' && /lost the command/.test(error.message))
    return 'the command may still be running; look for the cause in the log of the daemon on that host';
  if (error.code === 'REXEC_TLS_FAILED')
    return TLS_FAULTS.find(([text]) => text.test(error.message))?.[1] ?? ADVICE.REXEC_TLS_FAILED;
  if (error.code === 'REXEC_REFUSED')
    return REFUSALS.find(([text]) => text.test(error.message))?.[1] ?? ADVICE.REXEC_REFUSED;
  if (error.code === 'REXEC_PROTOCOL' && TLS_ALERT.test(error.message))
    return 'use --tls: this is a TLS port';
  return BY_PHASE[`${error.code} ${error.phase}`] ?? ADVICE[error.code];
}

/** The first byte of an alert record, which is how some TLS servers answer clear text (RFC 8446, 5.1). */
const TLS_ALERT = /begins with byte 21,/;
const TLS_PORT = 'use --tls if this is a TLS port';
const CREDENTIALS = 'check the user name and the password (-l, -P)';
const ADVICE: Readonly<Record<ExecErrorCode, string | undefined>> = {
  REXEC_REQUEST_INVALID: 'shorten it; put a long command into a script on the host',
  REXEC_UNREACHABLE:
    'check that rexecd is running there and that no firewall blocks it; use --port if it listens on another port',
  REXEC_TLS_FAILED:
    'check that --port is the TLS port, and whether the daemon requires a certificate (--cert, --key)',
  REXEC_NO_STDERR: 'use --no-stderr, or open a port in the firewall and name it with --stderr-port',
  REXEC_REFUSED: 'look for the cause in the log of the daemon on that host',
  REXEC_PROTOCOL: 'check the host and the port: the server there does not speak rexec',
  REXEC_LOST: 'the command may have run; check before you run it again',
  REXEC_TIMED_OUT:
    'the command may still be running, so check before you run it again; raise --timeout to wait longer',
  REXEC_STATUS_UNKNOWN:
    'omit --strict, or have the command print its exit status: this daemon does not report it',
  REXEC_OUTPUT_TOO_LONG: undefined,
  REXEC_ABORTED: undefined,
};

const BY_PHASE: Readonly<Record<string, string>> = {
  'REXEC_UNREACHABLE resolve': 'check the host name, or use an IP address',
  // Without a stderr channel the password would be sent next, in clear text: to a TLS port as well.
  'REXEC_LOST stderrChannel': `${TLS_PORT}; otherwise let the daemon connect back, to a port of --stderr-port`,
  'REXEC_LOST login': `${TLS_PORT}; otherwise ${CREDENTIALS}: some daemons just close the connection`,
  'REXEC_STATUS_UNKNOWN end':
    'a process that the command left behind may still be running; raise --end-timeout to wait longer',
  'REXEC_STATUS_UNKNOWN stderrReset':
    'omit --strict, and use --no-exit-status: this daemon does not report it',
  'REXEC_LOST end':
    'a process that the command left behind may still be running; raise --end-timeout to wait longer',
  'REXEC_TIMED_OUT login': 'raise --answer-timeout, or find out why logins are slow on that host',
};

/** What OpenSSL and Node say. */
const TLS_FAULTS: readonly (readonly [text: RegExp, advice: string])[] = [
  [/self.signed|local issuer|verify the first/i, 'name the authority that signed its certificate with --ca'],
  [/altnames|does not match/i, 'use a host name that its certificate contains'],
  [
    /has expired|not yet valid/i,
    "have the daemon's certificate renewed, and check the clock of this machine",
  ],
  [/wrong version number|packet length|record layer/i, 'omit --tls, or name the TLS port with --port'],
  [
    /certificate required|handshake failure|bad certificate|unknown ca/i,
    'use a certificate that the daemon accepts (--cert, --key)',
  ],
];

/** Diagnostics of daemons (docs/protocol.md, protocol of other systems), the more special first. */
const REFUSALS: readonly (readonly [text: RegExp, advice: string])[] = [
  [/login (is )?(not correct|incorrect)|password incorrect|permission denied|incorrecte/i, CREDENTIALS],
  [/certificate not accepted/i, 'use a certificate that the daemon accepts (--cert, --key)'],
  [/too long/i, 'shorten it; put a long command into a script on the host'],
  [/try again/i, 'try again later: the daemon is at its connection limit, or is shutting down'],
  [/no remote directory/i, 'ask for a home directory on the host: the user has none that can be used'],
  [/stderr port/i, 'use --no-stderr, or open a port in the firewall and name it with --stderr-port'],
  [/timed out/i, 'try again: the request took longer than the daemon allows'],
  [/expired/i, 'renew the account or its password on the host'],
  [
    /where are you|look up address/i,
    'add a name for the address of this machine to DNS, or to /etc/hosts on the remote host',
  ],
];
