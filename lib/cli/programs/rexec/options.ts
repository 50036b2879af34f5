import type { ExecOptions } from '../../../client/index.ts';
import { type Command, nearestOption } from '../common/command.ts';
import { REXEC_EXIT } from '../common/exit-codes.ts';
import { program } from './command-line.ts';
import { faultOf, hasStderrChannel } from './faults.ts';
import type { Arguments, Flags } from './flags.ts';
import type { Target } from './hosts/target.ts';
import { spelledHere } from './other-clients.ts';
import { tlsOptions, withTlsVariables } from './tls.ts';

export type { Arguments, Flags };

/** Retries that the page promises where TK_RETRY_ON_WSAENOTSOCK is set. */
const NOT_SOCKET_RETRIES = 5;
/** Bytes of an output that are kept in memory, and in a file. */
const MOST_KEPT = 1024 ** 2;
const MOST_IN_FILE = 1024 ** 3;

/** Options come before the host or, as on Windows and in MKS Toolkit, between host and command. */
export function parseArguments(argv: readonly string[]): Arguments {
  const first = parseOptions(argv);
  const named = hasHosts(program);
  const [host, ...rest] = named ? [program.opts<Flags>().host ?? '', ...first] : first;
  const command = parseOptions(rest);
  if (program.opts<Flags>().completeHosts !== undefined)
    return { flags: program.opts<Flags>(), host: '', command: '' };
  if ((!named && !host) || (command.length === 0 && !program.opts<Flags>().list))
    program.error('error: missing host or command (see --help)', { exitCode: REXEC_EXIT.usage });
  if (!named && hasHosts(program))
    program.error(
      'error: -w, --hosts-file and --host replace the host argument and must come before the command',
      {
        exitCode: REXEC_EXIT.usage,
      },
    );
  const given = program.opts<Flags>();
  const most = given.outputDir === undefined ? MOST_KEPT : MOST_IN_FILE;
  const flags = withTlsVariables({ ...given, outputLimit: given.outputLimit ?? most });
  const fault = faultOf(flags);
  if (fault) program.error(`error: ${fault}`, { exitCode: REXEC_EXIT.usage });
  return { flags, host: host ?? '', command: command.join(' ') };
}

/** The flags as options of the library, for a host. */
export function execOptions(flags: Flags, target: Target): Omit<ExecOptions, 'user' | 'password' | 'port'> {
  const { ipv4, ipv6, stderrPort, stderrFrom, keepStdin, strict } = flags;
  return {
    ...(ipv4 || ipv6 ? { family: ipv6 ? 6 : 4 } : {}),
    stderrChannel: hasStderrChannel(flags),
    exitStatus: flags.exitStatus ?? true,
    ...(stderrPort && { stderrPort }),
    stderrFrom,
    tls: tlsOptions(flags, target),
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

function parseOptions(argv: readonly string[]): string[] {
  const { operands, unknown } = program.parseOptions([...argv]);
  if (program.opts<Flags>().help) program.help();
  if (operands.length === 0 && unknown.length > 0) {
    const [option = ''] = unknown[0]!.split('=');
    const nearest = spelledHere(option) ?? nearestOption(program, option);
    program.error(`error: unknown option ${unknown[0]}${nearest}`, { exitCode: REXEC_EXIT.usage });
  }
  return [...operands, ...unknown];
}

function hasHosts(parsed: Command): boolean {
  const { host, hosts, hostsFile } = parsed.opts<Flags>();
  return host !== undefined || hosts.length > 0 || hostsFile !== undefined;
}
