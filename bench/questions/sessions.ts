import { C_PROGRAM, noSpawnPeer, startSpawnPeer } from '../peers/debian.ts';
import { Host } from '../peers/host.ts';
import { EXECA, POSIX_SPAWN, startRexecd, type Variant, variants } from '../peers/rexecd.ts';
import { Sessions } from '../peers/sessions.ts';
import { noSshd, startSshd } from '../peers/sshd.ts';
import { type Bench, type Case, type Goal, type Missing, notMeasured, type Question } from '../question.ts';
import type { Plot, Series } from '../report/plot.ts';
import { compared, seriesOf, times } from '../report/sentences.ts';
import type { Results } from '../results.ts';

/** What does a session cost, accept to close, without the cost of a password? The command is `:`. */

const PARALLEL = [1, 4, 16, 64] as const;
const SSH = 'ssh';
const SHARED_SSH = 'ssh (ControlMaster)';
const QUANTILES = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999] as const;

const at = (name: string, parallel: number): string => `${name}, ${parallel} at a time`;

export const question: Question = {
  asks: 'How many sessions a second, without the cost of a password?',
  figures: {
    rate: { unit: 'sessions/s', better: 'more' },
    p50: { unit: 'ms', better: 'less' },
    p90: { unit: 'ms', better: 'less', detail: true },
    p99: { unit: 'ms', better: 'less', detail: true },
  },

  async prepare(bench) {
    const host = await Host.open(bench);
    const { there, missing } = variants([EXECA, POSIX_SPAWN]);
    const peers: [name: string, sessions: Sessions][] = [];
    const lacking: Missing[] = [...missing];
    const noPeer = noSpawnPeer();
    if (noPeer) lacking.push({ name: C_PROGRAM, reason: noPeer });
    else peers.push([C_PROGRAM, new Sessions(await startSpawnPeer(bench, host))]);
    for (const { name, flags } of there) {
      const { port } = await startRexecd(bench, host, { flags });
      peers.push([name, new Sessions(port)]);
    }
    const distributions = new Map<string, number[][]>();
    const cases = peers.flatMap(([name, sessions]) =>
      PARALLEL.map((parallel) => loadCase(bench, name, sessions, parallel, distributions)),
    );
    const noSsh = noSshd();
    if (noSsh) lacking.push({ name: SSH, reason: noSsh }, { name: SHARED_SSH, reason: noSsh });
    else cases.push(...(await sshCases(bench, host)));
    return {
      cases,
      missing: lacking,
      goals: (results) => goals(results, lacking),
      plots: (results) =>
        plots(
          results,
          peers.map(([name]) => name),
          distributions,
        ),
    };
  },
};

function loadCase(
  { quick }: Bench,
  name: string,
  sessions: Sessions,
  parallel: number,
  distributions: Map<string, number[][]>,
): Case {
  return {
    name: at(name, parallel),
    ...(name !== C_PROGRAM && { against: at(C_PROGRAM, parallel) }),
    answer: sessions.answer,
    async run() {
      const { rate, latency, quantile } = await sessions.load({ parallel, seconds: quick ? 0.3 : 0.8 });
      const { p50, p90, p99 } = latency!;
      if (parallel === 1) {
        const seen = distributions.get(name) ?? [];
        distributions.set(name, [...seen, QUANTILES.map(quantile)]);
      }
      return parallel === 1 ? { rate, p50, p90, p99 } : { rate };
    },
  };
}

async function sshCases(bench: Bench, host: Host): Promise<Case[]> {
  const { alone, shared } = await startSshd(bench, host);
  const rate = (run: (command: string) => Promise<string>, parallel: number, count: number) => async () => {
    const startedAt = performance.now();
    let left = count;
    const worker = async () => {
      while (left-- > 0) await run(':');
    };
    await Promise.all(Array.from({ length: parallel }, worker));
    return { rate: count / ((performance.now() - startedAt) / 1000) };
  };
  return [
    {
      name: at(SSH, 1),
      against: at(C_PROGRAM, 1),
      answer: () => alone(':'),
      run: rate(alone, 1, bench.quick ? 2 : 5),
      warmUp: false,
    },
    {
      name: at(SHARED_SSH, 16),
      against: at(C_PROGRAM, 16),
      answer: () => shared(':'),
      run: rate(shared, 16, bench.quick ? 32 : 160),
      warmUp: false,
    },
  ];
}

/** Of the rate of the C program, 16 at a time. */
const LEAST_RATE: readonly [Variant, number][] = [
  [EXECA, 0.24],
  [POSIX_SPAWN, 0.4],
];
const MOST_LATENCY = 4.0; // times that of the C program, one at a time, with the default launcher

function goals(results: Results, missing: readonly Missing[]): Goal[] {
  const reasonFor = (name: string) =>
    missing.find((each) => each.name === C_PROGRAM || each.name === name)?.reason ?? '';
  const rates = LEAST_RATE.map(([{ name }, least]): Goal => {
    const want = `${name}: at least ${least} of the rate of the C program, 16 at a time`;
    const ratio = results.ratio(at(name, 16), 'rate');
    if (!ratio) return notMeasured(1, want, reasonFor(name));
    return { id: 1, want, got: times(ratio), reached: ratio.median >= least };
  });
  const want = `${EXECA.name}: at most ${MOST_LATENCY} times the latency of the C program, one at a time`;
  const latency = results.ratio(at(EXECA.name, 1), 'p50');
  if (!latency) return [...rates, notMeasured(1, want, reasonFor(EXECA.name))];
  return [...rates, { id: 1, want, got: times(latency), reached: latency.median <= MOST_LATENCY }];
}

function plots(
  results: Results,
  names: readonly string[],
  distributions: ReadonlyMap<string, readonly (readonly number[])[]>,
): Plot[] {
  const others = names.filter((name) => name !== C_PROGRAM);
  const lines = [...names, SSH, SHARED_SSH].flatMap((name) =>
    seriesOf(
      results,
      'rate',
      name,
      PARALLEL.map((parallel) => [parallel, at(name, parallel)] as const),
    ),
  );
  const curves = [...distributions].map(
    ([name, runs]): Series => ({
      name,
      points: QUANTILES.map((share, index) => {
        const values = runs.slice(runs.length > 1 ? 1 : 0).map((quantiles) => quantiles[index]!); // the first warmed up
        const sorted = values.toSorted((a, b) => a - b);
        return { x: sorted[sorted.length >> 1]!, y: share * 100 };
      }),
    }),
  );
  const labels = (parallel: number) => others.map((name) => [name, at(name, parallel)] as const);
  return [
    {
      kind: 'lines',
      title: 'Rate over sessions at a time',
      sentence: `At 16 at a time: ${compared(results, 'rate', labels(16), 'the rate of the C program')}`,
      x: { label: 'sessions at a time', log: true },
      y: { label: 'sessions a second' },
      series: lines,
    },
    {
      kind: 'lines',
      title: 'How long a session takes, one at a time',
      sentence: `The median session: ${compared(results, 'p50', labels(1), 'as long as with the C program')}`,
      x: { label: 'milliseconds, connect to end', log: true },
      y: { label: 'sessions that took no longer, %' },
      series: curves,
    },
  ];
}
