/** Benchmarks. npm run bench -- --help tells how. */
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Answered, ask } from './ask.ts';
import { compareWithStored, store } from './guard.ts';
import { machine, versions } from './machine.ts';
import { Progress } from './progress.ts';
import { QUESTIONS } from './questions/index.ts';
import { asJson } from './report/json.ts';
import { reportHtml } from './report/page.ts';
import { figuresTable, goalsTable } from './table.ts';

const NAMES = Object.keys(QUESTIONS);
const OUT = join(import.meta.dirname, 'out');
const USAGE = `npm run bench [-- QUESTION… OPTIONS]; without a question all are asked: ${NAMES.join(', ')}
  --runs N        timed runs of each case (default 5)
  --quick         a smoke run of about a minute: one small run of each case
  --sessions N    sessions over which nothing may grow (default 2000)
  --json FILE     figures for programs (default bench/out/results.json)
  --html FILE     a report for people (default bench/out/report.html)
  --guard         compare the ratios with those of bench/baseline.json; exit status 1 when one got worse
  --save          store the ratios there`;

const OPTIONS = {
  runs: { type: 'string', default: '5' },
  quick: { type: 'boolean', default: false },
  sessions: { type: 'string', default: '2000' },
  json: { type: 'string', default: join(OUT, 'results.json') },
  html: { type: 'string', default: join(OUT, 'report.html') },
  guard: { type: 'boolean', default: false },
  save: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;
const QUICK_SESSIONS = 500;
const USAGE_ERROR = 64;

class UsageError extends Error {}

/** What the words of the command line ask for. @throws UsageError that names the one that is wrong */
function understand() {
  const { values, positionals } = parsed();
  const unknown = positionals.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new UsageError(`no question ${unknown}; there are ${NAMES.join(', ')}`);
  if (values.quick && (values.guard || values.save))
    throw new UsageError('--quick measures too little for --guard and --save');
  return {
    ...values,
    names: NAMES.filter((name) => positionals.length === 0 || positionals.includes(name)),
    runs: values.quick ? 1 : whole('--runs', values.runs),
    sessions: values.quick ? QUICK_SESSIONS : whole('--sessions', values.sessions),
  };
}

function parsed() {
  try {
    return parseArgs({ allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function whole(flag: string, text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new UsageError(`${flag}: a number from 1 to 9999999, not ${text}`);
}

type Wanted = ReturnType<typeof understand>;

async function main(wanted: Wanted): Promise<number> {
  if (wanted.help) {
    console.log(USAGE);
    return 0;
  }
  const { names, runs, quick, sessions, json, html, guard, save } = wanted;
  const progress = new Progress();
  const questions: Answered[] = [];
  for (const [nth, name] of names.entries()) {
    const question = await QUESTIONS[name]!();
    progress.begin(name, nth + 1, names.length);
    const answered = await ask(name, question, { runs, quick, sessions }, progress.tell);
    questions.push(answered);
    progress.end(answered.seconds);
  }
  const how = `${machine.cpu}, ${machine.cores} cores, ${machine.system}; rexecd ${versions.commit}, Node.js ${versions.node}`;
  console.log(`${how}; ${quick ? 'one small run' : `median of ${runs} runs`}\n`);
  console.log(figuresTable(questions));
  console.log(goalsTable(questions));
  mkdirSync(OUT, { recursive: true });
  await writeFile(json, `${JSON.stringify(asJson(questions), null, 2)}\n`);
  await writeFile(html, reportHtml(questions, { runs, quick }));
  console.log(`report: ${html}\nfigures: ${json}`);
  const failed = questions.filter((question) => question.failed !== undefined);
  for (const { name, failed: reason } of failed) console.error(`bench: ${name}: ${reason}`);
  const worse = guard ? await guarded(questions) : 0;
  if (save) await store(questions);
  return failed.length + worse === 0 ? 0 : 1;
}

/** Prints how the questions compare with the stored run; how many figures got worse. */
async function guarded(questions: readonly Answered[]): Promise<number> {
  const { worse, compared, absent } = await compareWithStored(questions);
  console.log(`guard: ${worse.length} of ${compared} stored ratios got worse by more than the spread`);
  for (const sentence of worse) console.log(`  worse: ${sentence}`);
  for (const name of absent) console.log(`  not measured: ${name}`);
  return worse.length;
}

try {
  process.exitCode = await main(understand());
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = error instanceof UsageError ? USAGE_ERROR : 1;
}
process.exit(); // a peer's pipe may still be open
