import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Question } from './question.ts';

const RUNS = 7;
const QUESTIONS: Readonly<Record<string, () => Promise<Question>>> = {
  'decode-request': async () => (await import('./decode-request.ts')).decodeRequest,
  session: async () => (await import('./session.ts')).sessions,
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism() };
const versions = { node: process.version };
console.log(`${machine.cpu}, ${machine.cores} cores, Node.js ${versions.node}; median of ${RUNS} runs\n`);

const questions = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(QUESTIONS)) {
  const load = QUESTIONS[name];
  if (!load) throw new Error(`no question ${name}; there are ${Object.keys(QUESTIONS).join(', ')}`);
  const question = await load();
  const cases = await measure(question);
  await question.close?.();
  questions.push({ name, cases, goals: [] });
  console.log(`${name} (µs a ${question.unit})`);
  for (const { name: label, median, min, max } of cases) {
    console.log(
      `  ${label.padEnd(42)} ${median.toFixed(1).padStart(9)}  (${min.toFixed(1)} to ${max.toFixed(1)})`,
    );
  }
}
if (values.json)
  await writeFile(values.json, `${JSON.stringify({ machine, versions, questions }, null, 2)}\n`);

/** Runs the cases in turn, so that a machine that slows down slows them all. */
async function measure({ cases, repeats, parallel = 1, unit }: Question) {
  const answers = await Promise.all(Object.values(cases).map((run) => run()));
  if (new Set(answers).size !== 1) throw new Error(`the cases disagree: ${answers.join(', ')}`);
  const samples = Object.entries(cases).map(([name, run]) => ({ name, run, times: [] as number[] }));
  for (let round = 0; round <= RUNS; round += 1) {
    for (const sample of samples) {
      const time = await once(sample.run, repeats, parallel);
      if (round > 0) sample.times.push(time); // the first round warms up
    }
  }
  return samples.map(({ name, times }) => {
    const sorted = times.toSorted((a, b) => a - b);
    const [median, min, max] = [sorted[RUNS >> 1]!, sorted[0]!, sorted.at(-1)!];
    return { name, unit: `µs/${unit}`, median, min, max, runs: RUNS };
  });
}

/** Microseconds a call. */
async function once(run: () => Promise<number>, repeats: number, parallel: number): Promise<number> {
  const started = performance.now();
  let left = repeats;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await run();
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return ((performance.now() - started) * 1000) / repeats;
}
