import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { Helper } from '../peers/helper.ts';
import { Host } from '../peers/host.ts';
import { descriptorsOf, residentMB } from '../peers/probed.ts';
import { EXECA, POSIX_SPAWN, startRexecd, type Variant, variants } from '../peers/rexecd.ts';
import { Sessions } from '../peers/sessions.ts';
import { type Bench, type Case, type Goal, type Missing, notMeasured, type Question } from '../question.ts';
import { seriesOf } from '../report/sentences.ts';
import type { Results } from '../results.ts';

/** What does a peer cost that stays in the middle of its request, and what do many of them cost the others? */

const COUNTS = [1000, 5000, 10_000] as const;
const FEW_RUNS = 2; // of all but the most peers, which show the slope
const OTHER_DESCRIPTORS = 500;
const SETTLE_MS = 1000;
const SESSIONS = 60;

const at = (name: string, count: number): string => `${name}, ${count.toLocaleString('en')} idle peers`;

export const question: Question = {
  asks: 'What do idle peers in the middle of a request cost?',
  figures: {
    memory: { unit: 'KB a peer', better: 'less', steady: true },
    alone: { unit: 'ms, a session without them', better: 'less' },
    beside: { unit: 'ms, a session beside them', better: 'less' },
    slower: { unit: 'times as long beside them', better: 'less', steady: true },
    resident: { unit: 'MB', better: 'less' },
  },

  async prepare(bench) {
    const host = await Host.open(bench);
    const { there, missing } = variants([EXECA, POSIX_SPAWN]);
    const lacking: Missing[] = [...missing];
    const cases: Case[] = [];
    const most = mostDescriptors() - OTHER_DESCRIPTORS;
    for (const count of bench.quick ? COUNTS.slice(0, 1) : COUNTS)
      for (const variant of there) {
        const runs = count === COUNTS.at(-1) ? bench.runs : Math.min(FEW_RUNS, bench.runs);
        const name = at(variant.name, count);
        if (count > most) lacking.push({ name, reason: `needs ulimit -n ${count + OTHER_DESCRIPTORS}` });
        else cases.push({ name, run: () => hold(bench, host, variant, count), runs, warmUp: false });
      }
    return {
      cases,
      missing: lacking,
      goals: (results) => [EXECA, POSIX_SPAWN].flatMap((variant) => goals(results, variant, lacking)),
      plots: (results) => [
        {
          kind: 'lines',
          title: 'Memory over idle peers',
          sentence: there
            .flatMap(({ name }) => {
              const spread = COUNTS.map((count) => results.of(at(name, count), 'memory')).findLast(Boolean);
              return spread ? [`${name} holds ${spread.median.toFixed(1)} KB for each.`] : [];
            })
            .join(' '),
          x: { label: 'idle peers' },
          y: { label: 'MB resident' },
          series: there.flatMap(({ name }) => lineOf(results, 'resident', name)),
        },
        {
          kind: 'lines',
          title: 'A session beside idle peers',
          sentence: there
            .flatMap(({ name }) => {
              const spread = COUNTS.map((count) => results.of(at(name, count), 'slower')).findLast(Boolean);
              return spread
                ? [
                    `Beside the most of them a session of ${name} takes ${spread.median.toFixed(2)} times as long.`,
                  ]
                : [];
            })
            .join(' '),
          x: { label: 'idle peers' },
          y: { label: 'milliseconds, one session' },
          series: there.flatMap(({ name }) => lineOf(results, 'beside', name)),
        },
      ],
    };
  },
};

const lineOf = (results: Results, figure: string, name: string) =>
  seriesOf(
    results,
    figure,
    name,
    COUNTS.map((count) => [count, at(name, count)] as const),
  );

/** A new daemon, alone and then with so many peers. */
async function hold(bench: Bench, host: Host, { flags }: Variant, count: number) {
  const { child, port } = await startRexecd(bench, host, { flags: [...flags, '--request-seconds', '3600'] });
  const pid = child.pid!;
  const sessions = new Sessions(port);
  const p50 = async () => (await sessions.load({ parallel: 1, sessions: SESSIONS })).latency!.p50;
  const holder = new Helper(bench, 'idle.ts');
  await p50(); // until it is warm
  const alone = await p50();
  await delay(SETTLE_MS);
  const before = residentMB(pid);
  holder.tell({ port, count });
  await holder.told();
  while (descriptorsOf(pid) < count) await delay(10); // until the daemon has accepted nearly all of them
  await delay(SETTLE_MS);
  const resident = residentMB(pid);
  const beside = await p50();
  await holder.end();
  child.kill('SIGKILL');
  return { memory: ((resident - before) * 1000) / count, alone, beside, slower: beside / alone, resident };
}

function mostDescriptors(): number {
  const text = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text);
}

function goals(results: Results, { name }: Variant, missing: readonly Missing[]): Goal[] {
  const most = at(name, COUNTS.at(-1)!);
  const wants = [
    `${name}: at most 13 KB a peer, of 10,000`,
    `${name}: a session beside them takes at most 1.25 times its time`,
  ] as const;
  const [memory, slower] = [results.of(most, 'memory'), results.of(most, 'slower')];
  if (!memory || !slower) {
    const reason = missing.find((each) => each.name === most || each.name === name)?.reason ?? 'a quick run';
    return wants.map((want) => notMeasured(6, want, reason));
  }
  return [
    { id: 6, want: wants[0], got: `${memory.median.toFixed(1)} KB`, reached: memory.median <= 13 },
    { id: 6, want: wants[1], got: `${slower.median.toFixed(2)} times`, reached: slower.median <= 1.25 },
  ];
}
