import { lookup } from 'node:dns/promises';
import { DEFAULT_PORT } from '../../../../codec/index.ts';
import { isLoopback, reasonOf, type Secret } from '../../../base/index.ts';
import {
  type Answer,
  LoadError,
  type LoadReport,
  type LoadTarget,
  runLoad,
  trySession,
} from '../../../load/index.ts';
import { printableJson, printableText } from '../../../text/index.ts';
import { commandLine } from '../common/command.ts';
import { offerCompletion } from '../common/completion/index.ts';
import { REXEC_BENCH_EXIT as EXIT } from '../common/exit-codes.ts';
import { failure } from '../common/failure.ts';
import { port, positiveSeconds, whole } from '../common/numbers.ts';
import { ownName } from '../common/own-name.ts';
import { passwordFromFile, passwordFromStream, passwordFromTerminal } from '../common/password.ts';

interface Flags {
  user?: string;
  passwordFile?: string;
  port: number;
  parallel: number[];
  sessions?: number;
  seconds?: number;
  timeout: number;
  command: string;
  stderr?: boolean;
  json?: boolean;
  iOwnThisHost?: boolean;
}

const MOST_PARALLEL = 10_000;
const SESSIONS = 1000;
/** A login that takes this long, and this share of a session, is what a load measures. */
const SLOW_LOGIN = { ms: 20, share: 0.75 } as const;
/** Heads of the columns, and the width of each. */
const COLUMNS = [
  'parallel',
  'sessions/s',
  'p50 ms',
  'p90 ms',
  'p99 ms',
  'max ms',
  'correct',
  'failed',
] as const;
const WIDTH = 12;

const EXIT_HELP = `
Exit status:
  ${EXIT.allRight}    every session got the expected answer
  ${EXIT.notRight}    some did not, or the first session failed
  ${EXIT.usage}   usage error, not a loopback address, or no password
`;

const program = commandLine('rexec-bench')
  .usage('[options] host')
  .description('Put load on a rexec daemon on this machine, and report its speed and its wrong answers.')
  .argument('<host>')
  .option('-l, --user <name>', 'user to log in as (default: your own user name)')
  .option('-P, --password-file <file>', 'read the password from a file; - is standard input')
  .option('--port <number>', 'port of the daemon', port, DEFAULT_PORT)
  .option(
    '--parallel <numbers>',
    'how many sessions run at the same time; with a comma-separated list, one measurement for each',
    parallels,
    [16],
  )
  .option(
    '--sessions <number>',
    `total number of sessions (default: ${SESSIONS})`,
    whole('a number of sessions', 1, 1e9),
  )
  .option('--seconds <number>', 'run for this many seconds instead of a number of sessions', positiveSeconds)
  .option('--timeout <seconds>', 'time limit for one session', positiveSeconds, 30)
  .option('--command <command>', 'command that each session runs; its output must always be the same', ':')
  .option('--stderr', 'use a stderr channel in every session')
  .option('--json', 'print JSON')
  .option('--i-own-this-host', 'allow a host that is not this machine; only for hosts that you own')
  .addHelpText('after', EXIT_HELP);
offerCompletion(program);

try {
  program.parse();
  process.exitCode = await main(program.args[0]!, program.opts<Flags>());
} catch (error) {
  process.exitCode = failure(error, { name: 'rexec-bench', usage: EXIT.usage, text: textOf, exitCode });
}

async function main(host: string, flags: Flags): Promise<number> {
  if (flags.sessions !== undefined && flags.seconds !== undefined)
    throw new Error('--sessions and --seconds cannot be used together');
  const address = await addressOf(host, flags.iOwnThisHost ?? false);
  const { user = ownName(), port, command, stderr = false } = flags;
  const password = await passwordFor(user, flags);
  const target = { host: address, port, user, password: password.bytes, command, stderr };
  try {
    return await load(target, await trySession(target, flags.timeout), flags);
  } finally {
    password.wipe();
  }
}

/** Says on standard error if the figures are those of the login: its fastest time is most of the fastest session. */
function noteOn(reports: readonly LoadReport[]): void {
  const login = Math.min(...reports.flatMap((each) => each.login ?? []));
  const session = Math.min(...reports.flatMap(({ latency }) => latency?.min ?? []));
  if (login === Number.POSITIVE_INFINITY || login < SLOW_LOGIN.ms || login < SLOW_LOGIN.share * session)
    return;
  process.stderr.write(
    `rexec-bench: note: a login takes at least ${login.toFixed(0)} of the ${session.toFixed(0)} ms of a session: the password hash, such as argon2id, is most of what is measured\n`,
  );
}

/** SECURITY: a load is an attack on a daemon that does not expect it. */
async function addressOf(host: string, owned: boolean): Promise<string> {
  const { address } = await lookup(host);
  if (owned || isLoopback(address)) return address;
  const which = address === host ? host : `${host} (${address})`;
  throw new Error(
    `${which} is not a loopback address; to put load on a host that you own, add --i-own-this-host`,
  );
}

async function passwordFor(user: string, { passwordFile }: Flags): Promise<Secret> {
  if (passwordFile === '-') return passwordFromStream(process.stdin);
  if (passwordFile !== undefined) return passwordFromFile(passwordFile);
  return passwordFromTerminal(`Password for ${user}: `);
}

async function load(target: LoadTarget, expected: Answer, flags: Flags): Promise<number> {
  const { sessions, seconds: time, timeout, json } = flags;
  const much = time === undefined ? { sessions: sessions ?? SESSIONS } : { seconds: time };
  if (!json) console.log(line([...COLUMNS]));
  const reports: LoadReport[] = [];
  for (const parallel of flags.parallel) {
    const report = await runLoad(target, { parallel, ...much, timeoutSeconds: timeout, expected });
    reports.push(report);
    if (!json) print(report);
  }
  if (json) console.log(printableJson(reports, 2));
  noteOn(reports);
  return reports.every(({ right, sessions: all }) => right === all) ? EXIT.allRight : EXIT.notRight;
}

function print({ parallel, sessions, rate, latency, right, causes }: LoadReport): void {
  const { p50, p90, p99, max } = latency ?? {
    p50: Number.NaN,
    p90: Number.NaN,
    p99: Number.NaN,
    max: Number.NaN,
  };
  const times = [p50, p90, p99, max].map((ms) => (Number.isNaN(ms) ? '-' : ms.toFixed(2)));
  console.log(line([parallel, rate.toFixed(1), ...times, right, sessions - right].map(String)));
  for (const [ending, counts] of Object.entries(causes))
    for (const [cause, count] of Object.entries(counts))
      console.log(`  ${ending}: ${count} x ${printableText(cause)}`);
}

function line(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(WIDTH)).join('');
}

function textOf(error: unknown): string {
  if (!(error instanceof LoadError)) return reasonOf(error);
  const what = error.code === 'REXEC_REFUSED' ? 'was refused' : 'failed';
  return `the first session ${what}: ${printableText(error.message)}`;
}

function exitCode(error: unknown): number | undefined {
  return error instanceof LoadError ? EXIT.notRight : undefined;
}

function parallels(text: string): number[] {
  return text.split(',').map(whole('a number of parallel sessions', 1, MOST_PARALLEL));
}
