import { DEFAULT_PORT, DEFAULT_TLS_PORT } from '../../../../codec/index.ts';
import { parseNetwork } from '../../../base/index.ts';
import type { ExecOptions } from '../../../client/index.ts';
import { type Command, commandLine, InvalidArgumentError, nearestOption } from '../common/command.ts';
import { offerCompletion } from '../common/completion/index.ts';
import { REXEC_EXIT } from '../common/exit-codes.ts';
import { count, port, seconds, wholeSeconds } from '../common/numbers.ts';
import type { Arguments, Flags } from './flags.ts';
import { pemFile, tlsFaultOf, tlsOptions, withTlsVariables } from './tls.ts';

export type { Arguments, Flags };

/** Retries that the page promises where TK_RETRY_ON_WSAENOTSOCK is set. */
const NOT_SOCKET_RETRIES = 5;

const EXIT_HELP = `
Exit status: that of the remote command, or 128 plus the number of its signal,
if the daemon reports it. Otherwise:
  0    the command was run, and the daemon does not report how it ended
  ${REXEC_EXIT.usage}   usage error, or no password
  ${REXEC_EXIT.REXEC_REQUEST_INVALID}   user, password or command cannot be sent
  ${REXEC_EXIT.REXEC_UNREACHABLE}   host cannot be reached
  ${REXEC_EXIT.REXEC_NO_STDERR}   no stderr channel (try --no-stderr)
  ${REXEC_EXIT.REXEC_STATUS_UNKNOWN}   no exit status reported (with --strict)
  ${REXEC_EXIT.REXEC_TLS_FAILED}   no TLS connection
  ${REXEC_EXIT.REXEC_LOST}   connection lost
  ${REXEC_EXIT.REXEC_PROTOCOL}   not a rexec server
  ${REXEC_EXIT.REXEC_REFUSED}   refused, such as a login
  ${REXEC_EXIT.REXEC_TIMED_OUT}  timed out
With several hosts: the highest of their exit statuses.

The password comes from -P or -p, else REXEC_PASS, else ~/.netrc, else the
terminal.
`;

const program = commandLine('rexec')
  .usage('[options] host [options] command...')
  .description(
    'Run a command on one or more hosts by the rexec protocol. Without --tls everything is sent in clear text, the password too.',
  )
  .optionsGroup('Login:')
  .option('-l, --user <name>', 'user name on the remote host; also given as user@host')
  .option('-u, --login <name>', 'same as -l')
  .option(
    '-p, --password <password>',
    'password; other users of this machine can see it, so prefer -P or the prompt; - as with -P',
  )
  .option(
    '-P, --password-file <file>',
    'read the password from the first line of a file; - is standard input',
  )
  .optionsGroup('Connection:')
  .option('--host <host>', 'remote host, instead of the first argument')
  .option(
    '--port <number>',
    `port of the daemon (default: ${DEFAULT_PORT}, with --tls ${DEFAULT_TLS_PORT}); also given as host:port`,
    port,
  )
  .optionsGroup('TLS:')
  .option('--tls', 'use TLS; stderr, signals and exit status share it; also REXEC_TLS=true')
  .option('--ca <file>', "authorities to trust (PEM) instead of the system's; also REXEC_CA", pemFile)
  .option(
    '--cert <file>',
    'client certificate (PEM); the daemon may accept it instead of a password',
    pemFile,
  )
  .option('--key <file>', 'private key of the client certificate (PEM)', pemFile)
  .option('--insecure', 'accept any certificate: anyone on the network path can read the password')
  .optionsGroup('Connection:')
  .option('-4, --ipv4', 'IPv4 only')
  .option('-6, --ipv6', 'IPv6 only')
  .optionsGroup('Input, output and signals:')
  .option('-n, --null', 'give the command no input')
  .option(
    '--no-stderr',
    'do without the stderr channel: stderr arrives mixed with stdout; no signals, no exit status',
  )
  .option('-a, --noerr', 'same as --no-stderr')
  .option('-e, --stderr-port <number>', 'local port for the stderr channel (default: any free port)', port)
  .option(
    '--stderr-from <list>',
    'addresses and networks that the stderr channel may come from besides the host, as behind a balancer',
    networks,
    [],
  )
  .optionsGroup('Times:')
  .option(
    '--connect-timeout <seconds>',
    'time limit for the connection, and again for the connection back; 0: none',
    seconds,
    10,
  )
  .option('--answer-timeout <seconds>', 'time limit for the answer to the login; 0: none', seconds, 60)
  .option('--timeout <seconds>', 'time limit for the whole run; 0: none', seconds, 0)
  .option(
    '--end-timeout <seconds>',
    'how long the daemon may be silent once the end is expected; 0: no limit',
    seconds,
    30,
  )
  .option(
    '--keep-alive <seconds>',
    'silence after which TCP checks that the daemon is still there; 0: never',
    wholeSeconds,
    30,
  )
  .optionsGroup('Input, output and signals:')
  .option('--strict', 'fail (exit status 70) if the daemon reports no exit status')
  .option('-s, --no-signals', 'do not forward signals to the command; they end rexec')
  .option('-b, --break-signals', 'forward only SIGINT, SIGQUIT and SIGTERM')
  .option('-c, --keep-stdin', 'do not half-close the connection at the end of standard input')
  .optionsGroup('Options:')
  .option('-d, --debug', 'print each phase and its time on standard error')
  .optionsGroup('Several hosts:')
  .option('-w, --hosts <list>', 'run on these hosts, such as a,b,web[1-8]; may be repeated', listed, [])
  .option(
    '--hosts-file <file>',
    'run on the hosts listed in a file, one host or list per line; - is standard input',
  )
  .option('--max-parallel <number>', 'how many hosts to run on at the same time', count, 32)
  .option('--collect', 'print the output of each host in one piece, and identical outputs only once')
  .option('--json', 'print one line of JSON per host')
  .option('--output-limit <bytes>', 'how much of each output --collect and --json keep', count, 1024 * 1024)
  .option('-q, --quiet', 'show no progress bar and no summary')
  .optionsGroup('Options:')
  .helpOption(false)
  .option('-h, --help', 'show this help')
  .passThroughOptions()
  .addHelpText('after', EXIT_HELP);
offerCompletion(program);

/** Options come before the host or, as on Windows and in MKS Toolkit, between host and command. */
export function parseArguments(argv: readonly string[]): Arguments {
  const first = parseOptions(argv);
  const named = hasHosts(program);
  const [host, ...rest] = named ? [program.opts<Flags>().host ?? '', ...first] : first;
  const command = parseOptions(rest);
  if ((!named && !host) || command.length === 0)
    program.error('error: missing host or command (see --help)', { exitCode: REXEC_EXIT.usage });
  if (!named && hasHosts(program))
    program.error(
      'error: -w, --hosts-file and --host replace the host argument and must come before the command',
      {
        exitCode: REXEC_EXIT.usage,
      },
    );
  const flags = withTlsVariables(program.opts<Flags>());
  const fault = faultOf(flags);
  if (fault) program.error(`error: ${fault}`, { exitCode: REXEC_EXIT.usage });
  return { flags, host: host ?? '', command: command.join(' ') };
}

/** The flags as options of the library. */
export function execOptions(flags: Flags): Omit<ExecOptions, 'user' | 'password' | 'port'> {
  const { ipv4, ipv6, stderrPort, stderrFrom, keepStdin, strict } = flags;
  return {
    ...(ipv4 || ipv6 ? { family: ipv6 ? 6 : 4 } : {}),
    stderrChannel: hasStderrChannel(flags),
    ...(stderrPort && { stderrPort }),
    stderrFrom,
    tls: tlsOptions(flags),
    halfClose: !keepStdin,
    connectSeconds: flags.connectTimeout,
    answerSeconds: flags.answerTimeout,
    timeoutSeconds: flags.timeout,
    endSeconds: flags.endTimeout,
    keepAliveSeconds: flags.keepAlive,
    strict: strict ?? false,
    notSocketRetries: process.env.TK_RETRY_ON_WSAENOTSOCK === undefined ? 0 : NOT_SOCKET_RETRIES,
  };
}

/** The command gets no input: that is wanted, or standard input is the list of hosts. */
export const hasNoInput = ({ null: none, hostsFile }: Flags): boolean => none === true || hostsFile === '-';

export const hasStderrChannel = ({ stderr, noerr }: Flags): boolean => stderr !== false && !noerr;

function parseOptions(argv: readonly string[]): string[] {
  const { operands, unknown } = program.parseOptions([...argv]);
  if (program.opts<Flags>().help) program.help();
  if (operands.length === 0 && unknown.length > 0) {
    const [option = ''] = unknown[0]!.split('=');
    const nearest = nearestOption(program, option);
    program.error(`error: unknown option ${unknown[0]}${nearest}`, { exitCode: REXEC_EXIT.usage });
  }
  return [...operands, ...unknown];
}

function hasHosts(parsed: Command): boolean {
  const { host, hosts, hostsFile } = parsed.opts<Flags>();
  return host !== undefined || hosts.length > 0 || hostsFile !== undefined;
}

/** Options that do not go together. */
function faultOf(flags: Flags): string | undefined {
  const { host, hosts, hostsFile, password, passwordFile, stderrPort, stderrFrom, ipv4, ipv6, maxParallel } =
    flags;
  const several = hosts.length > 0 || hostsFile !== undefined;
  if (ipv4 && ipv6) return '-4 and -6 cannot be used together';
  if (host !== undefined && several) return '--host cannot be used with -w or --hosts-file';
  if (hostsFile === '-' && (password === '-' || passwordFile === '-'))
    return '-P or -p and --hosts-file cannot both read standard input';
  if (stderrPort && !hasStderrChannel(flags)) return '--stderr-port and --no-stderr cannot be used together';
  if (stderrFrom.length > 0 && !hasStderrChannel(flags))
    return '--stderr-from and --no-stderr cannot be used together';
  if (stderrPort && several && maxParallel > 1)
    return '--stderr-port with several hosts requires --max-parallel 1';
  return tlsFaultOf(flags);
}

function networks(text: string, before: readonly string[]): readonly string[] {
  const all = text.split(',');
  if (all.some((each) => parseNetwork(each) === undefined))
    throw new InvalidArgumentError('Must be addresses and networks, such as 10.0.0.0/8.');
  return [...before, ...all];
}

function listed(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
