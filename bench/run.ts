/** Benchmarks. npm run bench -- --help tells how. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Answered, ask } from './ask.ts';
import { compareWithStored, store } from './guard.ts';
import { machine, versions } from './machine.ts';
import { Progress } from './progress.ts';
import { QUESTIONS } from './questions/index.ts';
import { reportHtml } from './report/page.ts';
import { figuresTable, goalsTable } from './table.ts';

const NAMES = Object.keys(QUESTIONS);
const USAGE = `npm run bench [-- QUESTION… OPTIONS]; without a question all are asked: ${NAMES.join(', ')}
  --runs N        timed runs of each case (default 5)
  --quick         a smoke run of about a minute: one small run of each case
  --sessions N    sessions over which nothing may grow (default 5000)
  --json FILE     figures for programs
  --html FILE     a report for people
  --guard         compare the ratios with those of bench/baseline.json; exit status 1 when one got worse
  --save          store the ratios there`;

const OPTIONS = {
  runs: { type: 'string', default: '5' },
  quick: { type: 'boolean', default: false },
  sessions: { type: 'string', default: '5000' },
  json: { type: 'string' },
  html: { type: 'string' },
  guard: { type: 'boolean', default: false },
  save: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}
process.exit(); // a peer's pipe may still be open

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const unknown = positionals.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Error(`no question ${unknown}; there are ${NAMES.join(', ')}`);
  const names = NAMES.filter((name) => positionals.length === 0 || positionals.includes(name));
  const runs = values.quick ? 1 : whole('--runs', values.runs);
  const sessions = values.quick ? 500 : whole('--sessions', values.sessions);
  const progress = new Progress();
  const questions: Answered[] = [];
  for (const [nth, name] of names.entries()) {
    progress.begin(name, nth + 1, names.length);
    const question = await QUESTIONS[name]!();
    questions.push(await ask(name, question, { runs, quick: values.quick, sessions }, progress.tell));
    progress.end();
  }
  const how = `${machine.cpu}, ${machine.cores} cores, ${machine.system}; rexecd ${versions.commit}, Node.js ${versions.node}`;
  console.log(`${how}; median of ${runs} runs${values.quick ? ' (quick)' : ''}\n`);
  console.log(figuresTable(questions));
  console.log(goalsTable(questions));
  if (values.json) await writeFile(values.json, `${JSON.stringify(asJson(questions), null, 2)}\n`);
  if (values.html) await writeFile(values.html, reportHtml(questions, { runs, quick: values.quick }));
  const worse = values.guard ? await compareWithStored(questions) : [];
  for (const sentence of worse) console.log(`worse: ${sentence}`);
  if (values.save) await store(questions);
  return worse.length === 0 ? 0 : 1;
}

function asJson(questions: readonly Answered[]) {
  return {
    machine,
    versions,
    questions: questions.map(({ name, figures, rows, goals }) => ({
      name,
      cases: rows.map(({ case: label, figure, spread }) => ({
        name: `${label}: ${figure}`,
        unit: figures[figure]!.unit,
        ...spread,
      })),
      goals,
    })),
  };
}

function whole(flag: string, text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new Error(`${flag}: a number from 1 to 9999999, not ${text}`);
}
