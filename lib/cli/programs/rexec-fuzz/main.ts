import { readFile } from 'node:fs/promises';
import {
  type Comparison,
  checkCodec,
  checkMonitor,
  compare,
  type Explanation,
  type Finding,
  FuzzError,
  fuzz,
  fuzzCodec,
  fuzzMonitor,
  IN_REXECD,
  type Login,
  ORACLES,
  type PlayOptions,
  parseExplanations,
  parseScript,
  type Replay,
  type Report,
  replay,
  writeFinding,
} from '../../../fuzz/index.ts';
import { commandLine } from '../common/command.ts';
import { offerCompletion } from '../common/completion/index.ts';
import { REXEC_FUZZ_EXIT } from '../common/exit-codes.ts';
import { failure } from '../common/failure.ts';
import { number, port, positiveSeconds } from '../common/numbers.ts';
import { passwordFromFile } from '../common/password.ts';
import { BOUND_SECONDS, CODEC_CASES, type Flags, given, oracles, playing } from './options.ts';
import { progressReporter, type Run, tellReplay, tellRuns } from './output.ts';
import { say } from './say.ts';
import { type OpenTarget, openTarget, TARGETS_HELP } from './targets.ts';

/** Targets that are not servers. */
const IN_PROCESS: Readonly<
  Record<
    string,
    {
      run(flags: Flags): Promise<Report>;
      check(script: ReturnType<typeof parseScript>): Promise<Replay['violations']>;
    }
  >
> = {
  codec: { run: runCodec, check: (script) => checkCodec(script) },
  monitor: { run: runMonitor, check: checkMonitor },
};

/** The first signal ends a run in order; what was found so far is printed. */
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupt.abort());

const program = commandLine('rexec-fuzz')
  .description('Find misbehaviour of rexec servers, and save a minimal script that reproduces each.')
  .addHelpText('after', TARGETS_HELP);
offerCompletion(program);
playing(program.command('run <target...>'))
  .description('fuzz targets, one after another')
  .option('--seconds <number>', 'start no new case after this many seconds, for each target', number)
  .option('--except <oracles>', 'oracles to leave out, comma-separated (see "rexec-fuzz oracles")', oracles)
  .action(async (spelled: string[], flags: Flags) => finish(await run(spelled, flags), flags));
playing(program.command('differ <one> <other>'))
  .description('play the same scripts against two targets')
  .option('--seconds <number>', 'start no new case after this many seconds', number)
  .option('--explained <list>', 'known differences to accept: "in-rexecd" (a built-in list), or a JSON file')
  .action(async (one: string, other: string, flags: Flags) =>
    finish([{ report: await differ(one, other, flags), targets: [one, other] }], flags),
  );
program
  .command('replay <file> <target>')
  .description('play one script and print how the target reacts')
  .option('-l, --user <name>', 'user name of a valid login')
  .option('-P, --password-file <file>', 'read its password from a file')
  .option('--bound <seconds>', 'time limit for each expected reaction', positiveSeconds, BOUND_SECONDS)
  .option('--port <number>', 'port that a "command:" target listens on, if it does not print it', port)
  .option('--own <words>', "to fuzz a host that is not this machine: 'I own HOST'")
  .action(playAgain);
program
  .command('oracles')
  .description('list the oracles, that is, what is checked')
  .action(() => {
    for (const [id, held] of Object.entries(ORACLES)) say(`${id.padEnd(20)} ${held}`);
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = failure(error, { name: 'rexec-fuzz', usage: REXEC_FUZZ_EXIT.usage, exitCode });
}

async function run(spelled: readonly string[], flags: Flags): Promise<Run[]> {
  const runs: Run[] = [];
  for (const each of spelled) {
    if (interrupt.signal.aborted) break;
    const report = await (IN_PROCESS[each]?.run(flags) ?? runTarget(each, flags));
    runs.push({ report, targets: [each] });
  }
  return runs;
}

function runMonitor({ cases, seed, seconds, except, findings }: Flags): Promise<Report> {
  return fuzzMonitor({ ...given({ cases, seed, seconds, except }), ...watching(findings) });
}

function runCodec({ cases = 0, seed, seconds, findings }: Flags): Promise<Report> {
  const budget = { cases: cases * CODEC_CASES, ...given({ seed, seconds }) };
  return fuzzCodec({ ...budget, ...watching(findings) });
}

async function runTarget(spelled: string, flags: Flags): Promise<Report> {
  const { seed, cases, seconds, parallel, except } = flags;
  return using(spelled, flags, async (open) => {
    const options = {
      ...(await playOptions(flags, open)),
      ...given({ seed, cases, seconds, parallel, except }),
    };
    return fuzz(open.target, { ...options, ...watching(flags.findings) });
  });
}

/** What every run has: an end by signal, progress, and findings that are written as they are found. */
function watching(folder: string) {
  return {
    signal: interrupt.signal,
    onProgress: progressReporter(),
    onFinding: (finding: Finding, seed: number) => {
      writeFinding(finding, folder, seed);
    },
  };
}

async function differ(one: string, other: string, flags: Flags): Promise<Comparison> {
  const { seed, cases, seconds, parallel } = flags;
  const explained = await explanations(flags.explained);
  return using(one, flags, (first) =>
    using(other, flags, async (second) => {
      const options = { ...(await playOptions(flags, first)), ...given({ seed, cases, seconds, parallel }) };
      return compare(first.target, second.target, { ...options, explained, ...watching(flags.findings) });
    }),
  );
}

async function playAgain(file: string, spelled: string, flags: Flags): Promise<void> {
  const script = parseScript(await readFile(file, 'latin1'));
  let isWrong: boolean;
  const inProcess = IN_PROCESS[spelled];
  if (inProcess)
    isWrong = tellReplay({ observation: { peers: [] }, violations: await inProcess.check(script) });
  else
    isWrong = await using(spelled, flags, async (open) =>
      tellReplay(await replay(open.target, script, await playOptions(flags, open))),
    );
  process.exitCode = isWrong ? REXEC_FUZZ_EXIT.found : REXEC_FUZZ_EXIT.nothing;
}

/** Opens a target for as long as the work takes; our own daemon's defects end the program. */
async function using<T>(spelled: string, flags: Flags, work: (open: OpenTarget) => Promise<T>): Promise<T> {
  const open = await openTarget(spelled, flags);
  try {
    return await work(open);
  } finally {
    await open.target.close();
    for (const defect of open.defects ?? []) say(`session ended by an internal error: ${defect}`);
    if (open.defects?.length) process.exitCode = REXEC_FUZZ_EXIT.found;
  }
}

async function playOptions(flags: Flags, { login: own }: OpenTarget): Promise<Partial<PlayOptions>> {
  const login = own ?? (await loginOf(flags));
  return { ...(login && { login }), boundMs: (flags.bound ?? BOUND_SECONDS) * 1000 };
}

async function loginOf({ user, passwordFile }: Flags): Promise<Login | undefined> {
  if (user === undefined && passwordFile === undefined) return undefined;
  if (user === undefined || passwordFile === undefined)
    throw new Error('--user and --password-file must be given together');
  return { user, password: (await passwordFromFile(passwordFile)).bytes.toString() };
}

async function explanations(list: string | undefined): Promise<readonly Explanation[]> {
  if (list === undefined) return [];
  return list === 'in-rexecd' ? IN_REXECD : parseExplanations(await readFile(list, 'utf8'));
}

async function finish(runs: readonly Run[], flags: Flags): Promise<void> {
  const found = await tellRuns(runs, flags);
  if (found) process.exitCode = REXEC_FUZZ_EXIT.found;
  else if (interrupt.signal.aborted) process.exitCode = REXEC_FUZZ_EXIT.interrupted;
}

function exitCode(error: unknown): number | undefined {
  return error instanceof FuzzError ? REXEC_FUZZ_EXIT[error.code] : undefined;
}
