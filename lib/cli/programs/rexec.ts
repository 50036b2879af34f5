import { constants, userInfo } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { ExecError, type ExecResult, exec, type RemoteCommand } from '../../client/index.ts';
import { printableText } from '../../events/index.ts';
import { CommanderError, commandLine, InvalidArgumentError } from './command.ts';
import { REXEC_EXIT, SIGNALED } from './exit-codes.ts';
import { passwordFromFile, passwordFromStream, passwordFromTerminal } from './password.ts';

interface Flags {
  user: string;
  password?: string;
  passwordFile?: string;
  port: number;
  null?: boolean;
  stderr: boolean;
  help?: boolean;
}

/** Signals that reach the remote command in place of this program. */
const FORWARDED = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;
/** A user who types Ctrl-C this often wants out, whatever the remote command does. */
const PATIENCE = 3;

const EXIT_HELP = `
Exit status: the remote command's, or 128 and its signal's number, where the daemon tells it; else
  0    the daemon does not tell, and everything else went well
  ${REXEC_EXIT.usage}   bad usage, or no password    ${REXEC_EXIT.REXEC_REQUEST_INVALID}   user, password or command cannot be sent
  ${REXEC_EXIT.REXEC_UNREACHABLE}   host cannot be reached       ${REXEC_EXIT.REXEC_NO_STDERR}   no second connection (try --no-stderr)
  ${REXEC_EXIT.REXEC_LOST}   connection lost              ${REXEC_EXIT.REXEC_PROTOCOL}   the other end does not speak rexec
  ${REXEC_EXIT.REXEC_REFUSED}   refused, login for example    ${REXEC_EXIT.REXEC_STATUS_UNKNOWN}   no exit status was told
  ${REXEC_EXIT.REXEC_TIMED_OUT}  a time limit was passed       ${REXEC_EXIT.REXEC_OUTPUT_TOO_LONG}   too much output
`;

const program = commandLine('rexec')
  .usage('[options] host [options] command...')
  .description('Run a command on another host by the rexec protocol. Everything is sent in clear text.')
  .option('-l, --user <name>', 'user on the other host', userInfo().username)
  .option('-p, --password <password>', 'password; others on this host may see it, prefer -P or the prompt')
  .option('-P, --password-file <file>', 'file whose content is the password; - is standard input')
  .option('--port <number>', 'port of the daemon', port, 512)
  .option('-n, --null', 'the command gets no input')
  .option('--no-stderr', 'no second connection: stderr comes with stdout; no signals, no exit status')
  .helpOption(false)
  .option('-h, --help', 'display help')
  .passThroughOptions()
  .addHelpText('after', EXIT_HELP);

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  process.exit(failure(error));
}

async function main(argv: string[]): Promise<number> {
  const { host, command } = operands(argv);
  const flags = program.opts<Flags>();
  const password = await findPassword(flags, host);
  process.title = 'rexec'; // the password on the command line goes out of sight
  const remote = exec(host, command, {
    user: flags.user,
    password,
    port: flags.port,
    stderrChannel: flags.stderr,
  });
  password.fill(0);
  forwardSignals(remote);
  const shown = connectStreams(remote, flags);
  const result = await remote.result.finally(() => shown);
  return exitCode(result);
}

/** Options stand before the host and, as MKS and Windows have it, between host and command. */
function operands(argv: string[]): { host: string; command: string } {
  const [host, ...rest] = parseOptions(argv);
  const command = parseOptions(rest);
  if (!host || command.length === 0)
    program.error('error: needs a host and a command', { exitCode: REXEC_EXIT.usage });
  return { host: host as string, command: command.join(' ') };
}

function parseOptions(argv: string[]): string[] {
  const { operands: found, unknown } = program.parseOptions(argv);
  if (program.opts<Flags>().help) program.help();
  if (found.length === 0 && unknown.length > 0) {
    program.error(`error: unknown option ${unknown[0]}`, { exitCode: REXEC_EXIT.usage });
  }
  return [...found, ...unknown];
}

async function findPassword({ password, passwordFile, user }: Flags, host: string): Promise<Buffer> {
  if (password !== undefined) return Buffer.from(password);
  if (passwordFile === '-') return passwordFromStream(process.stdin);
  if (passwordFile !== undefined) return passwordFromFile(passwordFile);
  return passwordFromTerminal(`Password for ${user} at ${host}: `);
}

/** Resolves once everything the command wrote is written here. */
async function connectStreams(remote: RemoteCommand, { null: noInput, passwordFile }: Flags): Promise<void> {
  if (noInput || passwordFile === '-') remote.stdin.end();
  else pipeline(process.stdin, remote.stdin).catch(() => {}); // the command may end before its input does
  process.stdout.on('error', () => process.exit(REXEC_EXIT.outputClosed));
  const stderr = remote.stderr && pipeline(remote.stderr, process.stderr, { end: false });
  await Promise.all([pipeline(remote.stdout, process.stdout, { end: false }), stderr]);
}

function forwardSignals(remote: RemoteCommand): void {
  let interrupts = 0;
  for (const signal of FORWARDED) {
    process.on(signal, () => {
      if (signal === 'SIGINT') interrupts += 1;
      const sent = remote.kill(signal);
      if (!sent || interrupts >= PATIENCE) process.exit(SIGNALED + constants.signals[signal]);
    });
  }
}

/** 0 only where the command is known to have succeeded, or its daemon never tells and everything else went well. */
function exitCode({ exitCode: code, signal }: ExecResult): number {
  if (signal === null) return code ?? 0;
  const number = constants.signals[signal as NodeJS.Signals] as number | undefined;
  return SIGNALED + (number ?? 0);
}

function failure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : REXEC_EXIT.usage; // it has spoken
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`rexec: ${printableText(message)}\n`);
  return error instanceof ExecError ? REXEC_EXIT[error.code] : REXEC_EXIT.usage;
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('a port is a number from 1 to 65535.');
}
