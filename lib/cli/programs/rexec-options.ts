import type { ExecOptions } from '../../client/index.ts';
import { type Command, commandLine, InvalidArgumentError } from './command.ts';
import { REXEC_EXIT } from './exit-codes.ts';
import { pemFile, type TlsFlags, tlsFaultOf, tlsOptions } from './rexec-tls.ts';

/** What the command line says. */
export interface Flags extends TlsFlags {
  readonly user?: string;
  readonly login?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly host?: string;
  readonly port?: number;
  readonly ipv4?: boolean;
  readonly ipv6?: boolean;
  readonly null?: boolean;
  readonly stderr?: boolean; // false, or not told
  readonly noerr?: boolean;
  readonly stderrPort?: number;
  readonly connectTimeout: number;
  readonly answerTimeout: number;
  readonly timeout: number;
  readonly strict?: boolean;
  readonly signals?: boolean; // false, or not told
  readonly breakSignals?: boolean;
  readonly keepStdin?: boolean;
  readonly debug?: boolean;
  readonly hosts: readonly string[];
  readonly hostsFile?: string;
  readonly maxParallel: number;
  readonly collect?: boolean;
  readonly json?: boolean;
  readonly outputLimit: number;
  readonly quiet?: boolean;
  readonly help?: boolean;
}

/** The host is empty where an option names the hosts. */
export interface Arguments {
  readonly flags: Flags;
  readonly host: string;
  readonly command: string;
}

/** Retries that the page promises where TK_RETRY_ON_WSAENOTSOCK is set. */
const NOT_SOCKET_RETRIES = 5;

const EXIT_HELP = `
Exit status: the remote command's, or 128 and its signal's number, where the daemon tells it; else
  0    the daemon does not tell, and everything else went well
  ${REXEC_EXIT.usage}   bad usage, or no password    ${REXEC_EXIT.REXEC_REQUEST_INVALID}   user, password or command cannot be sent
  ${REXEC_EXIT.REXEC_UNREACHABLE}   host cannot be reached       ${REXEC_EXIT.REXEC_NO_STDERR}   no second connection (try --no-stderr)
  ${REXEC_EXIT.REXEC_LOST}   connection lost              ${REXEC_EXIT.REXEC_PROTOCOL}   the other end does not speak rexec
  ${REXEC_EXIT.REXEC_REFUSED}   refused, login for example   ${REXEC_EXIT.REXEC_STATUS_UNKNOWN}   with --strict, no exit status was told
  ${REXEC_EXIT.REXEC_TIMED_OUT}  a time limit was passed        ${REXEC_EXIT.REXEC_TLS_FAILED}   no secure connection
Of several hosts the largest.

Passwords come from -P or -p, REXEC_PASS, ~/.netrc, the terminal: the first of these that has one.
`;

const program = commandLine('rexec')
  .usage('[options] host [options] command...')
  .description('Run a command on other hosts by the rexec protocol. Without --tls all is sent in clear text.')
  .option('-l, --user <name>', 'user on the other host; also user@host')
  .option('-u, --login <name>', 'as -l')
  .option('-p, --password <password>', 'password; others on this host may see it, prefer -P or the prompt')
  .option('-P, --password-file <file>', 'file whose content is the password; - is standard input')
  .option('--host <host>', 'the host, in place of the first word')
  .option('--port <number>', 'port of the daemon, 512 or with --tls 10512; also host:port', port)
  .option('--tls', 'speak TLS; stderr, signals and exit status come by the same connection')
  .option('--ca <file>', "authorities for the daemon's certificate, in place of the system's (PEM)", pemFile)
  .option('--cert <file>', 'certificate to show, which may do without a password (PEM)', pemFile)
  .option('--key <file>', 'its private key (PEM)', pemFile)
  .option('--insecure', 'take any certificate: whoever is between can read the password')
  .option('-4, --ipv4', 'IPv4 only')
  .option('-6, --ipv6', 'IPv6 only')
  .option('-n, --null', 'the command gets no input')
  .option('--no-stderr', 'no second connection: stderr comes with stdout; no signals, no exit status')
  .option('-a, --noerr', 'as --no-stderr')
  .option('-e, --stderr-port <number>', 'local port for the second connection', port)
  .option('--connect-timeout <seconds>', 'to connect, and to be connected back; 0 is no limit', seconds, 10)
  .option('--answer-timeout <seconds>', 'from the login to its answer', seconds, 60)
  .option('--timeout <seconds>', 'for everything', seconds, 0)
  .option('--strict', 'an end without an exit status is a failure')
  .option('-s, --no-signals', 'signals end rexec, not the command')
  .option('-b, --break-signals', 'only SIGINT, SIGQUIT and SIGTERM go to the command')
  .option('-c, --keep-stdin', 'the end of input does not half-close the connection')
  .option('-d, --debug', 'tell each phase on standard error')
  .option('-w, --hosts <list>', 'run on these hosts: a,b,web[1-8]; may be given again', listed, [])
  .option('--hosts-file <file>', 'run on the hosts of this file, one or a list a line; - is standard input')
  .option('--max-parallel <number>', 'hosts at once', count, 32)
  .option('--collect', "each host's output in one piece, equal ones together")
  .option('--json', 'one line of JSON a host')
  .option('--output-limit <bytes>', 'kept of each output by --collect and --json', count, 1024 * 1024)
  .option('-q, --quiet', 'no progress bar and no summary of several hosts')
  .helpOption(false)
  .option('-h, --help', 'display help')
  .passThroughOptions()
  .addHelpText('after', EXIT_HELP);

/** Options stand before the host and, as MKS and Windows have it, between host and command. */
export function parseArguments(argv: readonly string[]): Arguments {
  const first = parseOptions(argv);
  const named = hasHosts(program);
  const [host, ...rest] = named ? [program.opts<Flags>().host ?? '', ...first] : first;
  const command = parseOptions(rest);
  if ((!named && !host) || command.length === 0)
    program.error('error: needs a host and a command', { exitCode: REXEC_EXIT.usage });
  if (!named && hasHosts(program))
    program.error('error: -w, --hosts-file and --host stand before the command, without another host', {
      exitCode: REXEC_EXIT.usage,
    });
  const flags = program.opts<Flags>();
  const fault = faultOf(flags);
  if (fault) program.error(`error: ${fault}`, { exitCode: REXEC_EXIT.usage });
  return { flags, host: host ?? '', command: command.join(' ') };
}

/** What the library is to be told of them. */
export function execOptions(flags: Flags): Omit<ExecOptions, 'user' | 'password' | 'port'> {
  const { ipv4, ipv6, stderrPort, keepStdin, strict } = flags;
  return {
    ...(ipv4 || ipv6 ? { family: ipv6 ? 6 : 4 } : {}),
    stderrChannel: hasStderrChannel(flags),
    ...(stderrPort && { stderrPort }),
    tls: tlsOptions(flags),
    halfClose: !keepStdin,
    connectSeconds: flags.connectTimeout,
    answerSeconds: flags.answerTimeout,
    timeoutSeconds: flags.timeout,
    strict: strict ?? false,
    notSocketRetries: process.env.TK_RETRY_ON_WSAENOTSOCK === undefined ? 0 : NOT_SOCKET_RETRIES,
  };
}

/** The command gets no input: that is wanted, or standard input is read for something else. */
export const hasNoInput = ({ null: none, password, passwordFile, hostsFile }: Flags): boolean =>
  none === true || [password, passwordFile, hostsFile].includes('-');

export const hasStderrChannel = ({ stderr, noerr }: Flags): boolean => stderr !== false && !noerr;

function parseOptions(argv: readonly string[]): string[] {
  const { operands, unknown } = program.parseOptions([...argv]);
  if (program.opts<Flags>().help) program.help();
  if (operands.length === 0 && unknown.length > 0) {
    program.error(`error: unknown option ${unknown[0]}`, { exitCode: REXEC_EXIT.usage });
  }
  return [...operands, ...unknown];
}

function hasHosts(parsed: Command): boolean {
  const { host, hosts, hostsFile } = parsed.opts<Flags>();
  return host !== undefined || hosts.length > 0 || hostsFile !== undefined;
}

/** Options that do not go together. */
function faultOf(flags: Flags): string | undefined {
  const { host, hosts, hostsFile, passwordFile, stderrPort, ipv4, ipv6, maxParallel } = flags;
  const several = hosts.length > 0 || hostsFile !== undefined;
  if (ipv4 && ipv6) return '-4 and -6 exclude each other';
  if (host !== undefined && several) return '--host and lists of hosts exclude each other';
  if (passwordFile === '-' && hostsFile === '-') return '-P and --hosts-file cannot both read standard input';
  if (stderrPort && !hasStderrChannel(flags)) return '--stderr-port and --no-stderr exclude each other';
  if (stderrPort && several && maxParallel > 1)
    return '--stderr-port serves one host at a time: --max-parallel 1';
  return tlsFaultOf(flags);
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('a port is a number from 1 to 65535.');
}

function seconds(text: string): number {
  if (/^\d{1,9}(\.\d{1,3})?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a time is a number of seconds, with up to three decimals.');
}

function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a whole number from 1 on is due.');
}

function listed(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
