import type { LoadReport } from '../../lib/load/index.ts';
import { Host } from '../peers/host.ts';
import { startProbedRexecd } from '../peers/probed.ts';
import { EXECA, POSIX_SPAWN, type Variant, variants } from '../peers/rexecd.ts';
import { Sessions } from '../peers/sessions.ts';
import { type Case, type Goal, type Missing, notMeasured, type Question } from '../question.ts';
import type { Plot } from '../report/plot.ts';
import { seriesOf } from '../report/sentences.ts';
import type { Results } from '../results.ts';

/** What do the peers of a burst meet, by its size and the backlog, and does the event loop keep its pace meanwhile? */

const BACKLOGS = [16, 128, 511] as const;
const FACTORS = [0.5, 1, 2, 5, 10] as const;
const RUNS = 2; // a burst takes seconds: the kernel sends again after 1, 3 and 7 s what it had no room for
const PATIENCE_SECONDS = 30;

const at = (name: string, backlog: number, burst: number): string =>
  `${name}, backlog ${backlog}, burst of ${burst}`;
const burstsOf = (backlog: number, quick: boolean): number[] =>
  (quick ? [1, 5] : FACTORS).map((factor) => backlog * factor);

export const question: Question = {
  asks: 'What do the peers of a burst meet, by its size and the backlog?',
  figures: {
    served: { unit: '% of the burst', better: 'more' },
    refused: { unit: '% of the burst', better: 'less' },
    'not connected': { unit: '% of the burst', better: 'less' },
    lost: { unit: 'peers', better: 'less' },
    p50: { unit: 'ms', better: 'less' },
    p99: { unit: 'ms', better: 'less' },
    'loop delay': { unit: 'ms, p99', better: 'less' },
    'longest loop delay': { unit: 'ms', better: 'less' },
  },

  async prepare(bench) {
    const host = await Host.open(bench);
    const { there, missing } = variants([EXECA, POSIX_SPAWN]);
    const cases: Case[] = [];
    for (const backlog of bench.quick ? BACKLOGS.slice(0, 2) : BACKLOGS)
      for (const variant of there) {
        const flags = [...variant.flags, '--backlog', `${backlog}`];
        const { port, probe } = await startProbedRexecd(bench, host, { flags });
        const sessions = new Sessions(port);
        for (const burst of burstsOf(backlog, bench.quick))
          cases.push({
            name: at(variant.name, backlog, burst),
            answer: sessions.answer,
            runs: Math.min(RUNS, bench.runs),
            warmUp: false,
            async run() {
              await probe(); // begins to count anew
              const report = await sessions.burst(burst, PATIENCE_SECONDS);
              const loops = await probe();
              return {
                ...endings(report),
                'loop delay': Math.max(...loops.map(({ loop }) => loop.p99)),
                'longest loop delay': Math.max(...loops.map(({ loop }) => loop.max)),
              };
            },
          });
      }
    return {
      cases,
      missing,
      goals: (results) => [EXECA, POSIX_SPAWN].map((variant) => goal(results, variant, cases, missing)),
      plots: (results) => there.flatMap(({ name }) => plots(results, name)),
    };
  },
};

/** A peer that the kernel never let in was not the daemon's to lose. */
function endings({ sessions, right, refused, causes, latency }: LoadReport) {
  const turnedAway = Object.entries(causes.lost)
    .filter(([cause]) => cause.startsWith('not connected') || cause === 'ECONNREFUSED')
    .reduce((sum, [, count]) => sum + count, 0);
  const share = (count: number) => (100 * count) / sessions;
  return {
    served: share(right),
    refused: share(refused),
    'not connected': share(turnedAway),
    lost: sessions - right - refused - turnedAway,
    p50: latency?.p50 ?? Number.NaN,
    p99: latency?.p99 ?? Number.NaN,
  };
}

function goal(
  results: Results,
  { name }: Variant,
  cases: readonly Case[],
  missing: readonly Missing[],
): Goal {
  const want = `${name}: no peer is lost that the kernel accepted; event-loop delay p99 under 20 ms`;
  const reason = missing.find((each) => each.name === name)?.reason;
  if (reason !== undefined) return notMeasured(5, want, reason);
  const own = cases.filter((each) => each.name.startsWith(`${name}, `)).map((each) => each.name);
  const lost = own.reduce((sum, each) => sum + results.of(each, 'lost')!.max, 0);
  const delay = Math.max(...own.map((each) => results.of(each, 'loop delay')!.median));
  return {
    id: 5,
    want,
    got: `${lost} lost, event-loop delay p99 at most ${delay.toFixed(1)} ms`,
    reached: lost === 0 && delay < 20,
  };
}

function plots(results: Results, name: string): Plot[] {
  const lines = (figure: string) =>
    BACKLOGS.flatMap((backlog) =>
      seriesOf(
        results,
        figure,
        `backlog ${backlog}`,
        burstsOf(backlog, false).map((burst) => [burst, at(name, backlog, burst)] as const),
      ),
    );
  const worst = Math.max(
    ...results.rows
      .filter((row) => row.figure === 'loop delay' && row.case.startsWith(`${name}, `))
      .map(({ spread }) => spread.median),
  );
  return [
    {
      kind: 'lines',
      title: `${name}: how long a burst takes`,
      sentence:
        'Until 99 of 100 peers of a burst were served. What the backlog has no room for, the kernel of the peer sends again after 1, 3 and 7 s.',
      x: { label: 'peers in the burst', log: true },
      y: { label: 'milliseconds', log: true },
      series: lines('p99'),
    },
    {
      kind: 'lines',
      title: `${name}: event loop during a burst`,
      sentence: `The event loop was late by at most ${worst.toFixed(1)} ms, 99 of 100 times.`,
      x: { label: 'peers in the burst', log: true },
      y: { label: 'milliseconds late, p99' },
      series: lines('loop delay'),
    },
  ];
}
