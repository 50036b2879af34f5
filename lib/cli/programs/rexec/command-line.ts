import { DEFAULT_PORT, DEFAULT_TLS_PORT } from '../../../../codec/index.ts';
import { parseNetwork } from '../../../base/index.ts';
import { type Command, commandLine, InvalidArgumentError, Option } from '../common/command.ts';
import { offerCompletion } from '../common/completion/index.ts';
import { REXEC_EXIT } from '../common/exit-codes.ts';
import { count, port, seconds, wholeSeconds } from '../common/numbers.ts';
import { pemFile } from './tls.ts';

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

/** The command line of rexec. */
export const program: Command = commandLine('rexec')
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
  .option(
    '--no-exit-status',
    'do not ask for the exit status, for a daemon that then loses the end of stderr, such as in.rexecd',
  )
  .option('-s, --no-signals', 'do not forward signals to the command; they end rexec')
  .option('-b, --break-signals', 'forward only SIGINT, SIGQUIT and SIGTERM')
  .option('-c, --keep-stdin', 'do not half-close the connection at the end of standard input')
  .optionsGroup('Options:')
  .option('-d, --debug', 'print each phase and its time on standard error')
  .optionsGroup('Several hosts:')
  .option('-w, --hosts <list>', 'run on these hosts, such as a,web[1-8],@group; may be repeated', listed, [])
  .option(
    '--hosts-file <file>',
    'run on the hosts listed in a file, one host or list per line; - is standard input',
  )
  .option('-x, --exclude <list>', 'leave these hosts out; may be repeated', listed, [])
  .option('--pick <number>', 'run on so many of the hosts, chosen at random', count)
  .option('--list', 'print the hosts, one per line, and run nothing')
  .option('--fold', 'with --list: print them in one line, as short as can be')
  .option('--max-parallel <number>', 'how many hosts to run on at the same time', count, 32)
  .option('--fail-fast', 'call no further host when one has failed; those that run are not ended')
  .option(
    '--canary <number>',
    'run on the first hosts alone, on the others only if all of these succeeded',
    count,
  )
  .option('--total-timeout <seconds>', 'time limit for all hosts together; 0: none', seconds, 0)
  .option('-N, --no-prefix', 'do not print the host before each line')
  .option('--collect', 'print the output of each host in one piece, and identical outputs only once')
  .option('--live', 'collect; print an output as soon as the first host ends with it')
  .option('--diff', 'collect; print only what differs from the output that most hosts have')
  .option('--output-dir <folder>', 'write the outputs to HOST.out, HOST.err and HOST.status instead')
  .option('--failed-to <file>', 'write the hosts that failed to a file, for --hosts-file')
  .option('--json', 'print one line of JSON per host')
  .option(
    '--output-limit <bytes>',
    'how much of each output to keep (default: 1048576, with --output-dir 1073741824)',
    count,
  )
  .option('-q, --quiet', 'show no progress bar and no summary')
  .optionsGroup('Options:')
  .helpOption(false)
  .option('-h, --help', 'show this help')
  .passThroughOptions()
  .addHelpText('after', EXIT_HELP);
/** Words of --completion that only the files of groups know. */
const COMPLETE_HOSTS = '--complete-hosts';
const HOSTS = ['hosts', 'exclude', 'host'];

program.addOption(new Option(`${COMPLETE_HOSTS} <list>`).hideHelp());
offerCompletion(program, {
  places: () => [['', { ask: COMPLETE_HOSTS }]],
  askedFor: (option) => (HOSTS.includes(option.attributeName()) ? COMPLETE_HOSTS : undefined),
});

function networks(text: string, before: readonly string[]): readonly string[] {
  const all = text.split(',');
  if (all.some((each) => parseNetwork(each) === undefined))
    throw new InvalidArgumentError('Must be addresses and networks, such as 10.0.0.0/8.');
  return [...before, ...all];
}

function listed(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
