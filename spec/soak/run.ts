/** npm run soak [-- --minutes N --seed N --peers N]: mixed load, and a table of what grew. Exit status 1 if anything did. */
import { parseArgs } from 'node:util';
import { noMachine } from '../support/machine/machine.ts';
import { type SoakReport, soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '512' },
    peers: { type: 'string', default: '8' },
  },
});
const [minutes, seed, peers] = [values.minutes, values.seed, values.peers].map(Number) as [
  number,
  number,
  number,
];
if (!(minutes > 0) || ![seed, peers].every(Number.isInteger) || peers < 1)
  throw new Error('--minutes takes a number above 0, --seed and --peers whole ones');

if (noMachine) {
  console.error(`the soak cannot run here: ${noMachine}`);
  process.exit(1);
}
console.log(`${minutes} minutes, seed ${seed}, ${peers} peers at a time for each launcher`);
const onProgress = process.stdout.isTTY ? (line: string) => process.stdout.write(`\r${line} `) : undefined;
const report = await soak({ seconds: minutes * 60, seed, peers, ...(onProgress && { onProgress }) });
show(report);
process.exit(report.wrong.length === 0 ? 0 : 1);

function show({ daemons, right, wrong }: SoakReport): void {
  console.log('\npeers answered right');
  for (const [name, count] of [...right].sort()) console.log(`  ${name.padEnd(52)} ${count}`);
  const total = [...right.values()].reduce((sum, count) => sum + count, 0);
  console.log(`  ${'in all'.padEnd(52)} ${total}`);
  for (const { launcher, before, after } of daemons) {
    console.log(`\n${`by ${launcher}`.padEnd(34)} ${'before'.padStart(10)} ${'after'.padStart(10)}`);
    for (const [name, count] of Object.entries(before))
      console.log(
        `  ${name.padEnd(32)} ${String(count).padStart(10)} ${String(after[name as keyof typeof after]).padStart(10)}`,
      );
  }
  console.log(wrong.length === 0 ? '\nnothing grew, nothing was wrong' : `\nwrong:\n  ${wrong.join('\n  ')}`);
}
