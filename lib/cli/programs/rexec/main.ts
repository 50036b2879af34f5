import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exec, type RemoteCommand } from '../../../client/index.ts';
import { REXEC_EXIT } from '../common/exit-codes.ts';
import { failure } from '../common/failure.ts';
import { adviceOn, exitCodeOf, exitCodeOfFailure, failureText } from './failures.ts';
import { withDefaults } from './hosts/defaults.ts';
import { foldHosts } from './hosts/fold.ts';
import { listHosts } from './hosts/list.ts';
import { parseTarget, type Target, targetText } from './hosts/target.ts';
import { findLogins } from './logins.ts';
import { execOptions, type Flags, hasNoInput, parseArguments } from './options.ts';
import { Phases } from './phases.ts';
import { forwardSignals, leave } from './signals.ts';
import { portOf, tlsOptions, warnOfInsecurity, withTlsVariables } from './tls.ts';

const code = await main(process.argv.slice(2)).catch((error) =>
  failure(error, { name: 'rexec', usage: REXEC_EXIT.usage, text: textOf, exitCode: exitCodeOfFailure }),
);
await Promise.all([process.stdout, process.stderr].map(taken));
process.exit(code);

async function main(argv: string[]): Promise<number> {
  const { flags: given, host, command } = parseArguments(argv);
  process.title = 'rexec'; // the password on the command line goes out of sight
  for (const output of [process.stdout, process.stderr])
    output.on('error', () => process.exit(REXEC_EXIT.outputClosed));
  if (given.completeHosts !== undefined) return printCompletions(given.completeHosts);
  warnOfInsecurity(given);
  const { hosts, hostsFile } = given;
  const isList = hosts.length > 0 || hostsFile !== undefined;
  const named = isList ? await listHosts(given) : [parseTarget(host)];
  if (given.list) return printHosts(named, given);
  const targets = await withDefaults(named);
  const flags = withTlsVariables(given, targets);
  for (const target of targets) tlsOptions(flags, target); // a missing file is reported before any host is called
  if (!isList && !isForMany(flags)) return runOnOne(targets[0]!, command, flags);
  const { runOnMany } = await import('./many/many.ts'); // only now: it loads tables and progress bars
  return runOnMany(targets, command, flags);
}

/** What one host can be asked for too, and only the part for several hosts has. */
function isForMany({ collect, json, live, diff, outputDir, failedTo }: Flags): boolean {
  return [collect, json, live, diff].includes(true) || outputDir !== undefined || failedTo !== undefined;
}

async function printCompletions(list: string): Promise<number> {
  const { completionsOf } = await import('./hosts/complete.ts');
  process.stdout.write((await completionsOf(list)).map((each) => `${each}\n`).join(''));
  return 0;
}

function printHosts(targets: readonly Target[], { fold }: Flags): number {
  const names = targets.map(targetText);
  process.stdout.write(`${fold ? foldHosts(names) : names.join('\n')}\n`);
  return 0;
}

async function runOnOne(target: Target, command: string, flags: Flags): Promise<number> {
  const [found] = await findLogins([target], flags);
  const { user, password } = found!;
  const port = portOf(target, flags);
  const phases = new Phases(target, flags);
  const login = { user, password: password.bytes };
  const options = { ...execOptions(flags, target), ...login, port, onPhase: phases.enter };
  const remote = exec(target.host, command, options);
  password.wipe();
  forwardSignals(flags, {
    send: (signal) => remote.kill(signal),
    silentSeconds: () => remote.silentSeconds,
    giveUp: leave,
  });
  await connectStreams(remote, flags);
  phases.tellLoss();
  return exitCodeOf(await remote.result);
}

/** Resolves once everything that came from the command is written here, also if the command has failed. */
async function connectStreams(remote: RemoteCommand, flags: Flags): Promise<void> {
  if (hasNoInput(flags) || process.stdin.readableEnded) remote.stdin.end();
  else pipeline(process.stdin, remote.stdin).catch(() => {}); // the command may end before its input does
  const stderr = remote.stderr && pipeline(remote.stderr, process.stderr, { end: false });
  await Promise.allSettled([pipeline(remote.stdout, process.stdout, { end: false }), stderr]);
}

/** Resolves once the reader has taken everything: an exit before that would lose what a pipe cannot hold. */
function taken(output: Writable): Promise<unknown> {
  return new Promise((resolve) => output.write('', resolve));
}

function textOf(error: unknown): string {
  const advice = adviceOn(error);
  return `${failureText(error)}${advice ? `\nrexec: hint: ${advice}` : ''}`;
}
