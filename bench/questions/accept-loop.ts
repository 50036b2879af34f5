import { burst } from '../peers/burst.ts';
import { C_PROGRAM, noSocat, noSpawnPeer, SOCAT, startSocat, startSpawnPeer } from '../peers/debian.ts';
import { Host } from '../peers/host.ts';
import { type ProbedRexecd, startProbedRexecd } from '../peers/probed.ts';
import { EXECA, POSIX_SPAWN, type Variant, variants } from '../peers/rexecd.ts';
import { Sessions } from '../peers/sessions.ts';
import { type Bench, type Case, type Goal, type Missing, notMeasured, type Question } from '../question.ts';
import type { Plot } from '../report/plot.ts';
import { seriesOf } from '../report/sentences.ts';
import type { Results } from '../results.ts';

/** What do the peers of a burst meet, by its size and the backlog, and does the event loop keep its pace meanwhile? */

const BACKLOGS = [16, 64, 256] as const;
const MIDDLE = [64] as const; // for those that are less interesting
const FACTORS = [0.5, 1, 2, 8] as const;
const FEW_RUNS = 2; // of the longest bursts, which take up to 15 s
const MOST_DELAY_MS = 5;

interface Listener extends Partial<Pick<ProbedRexecd, 'probe'>> {
  readonly port: number;
}
interface Peer {
  readonly name: string;
  readonly backlogs: readonly number[];
  readonly start: (backlog: number) => Promise<Listener>;
}

const at = (name: string, backlog: number, size: number): string =>
  `${name}, backlog ${backlog}, burst of ${size}`;

export const question: Question = {
  asks: 'What do the peers of a burst meet, by its size and the backlog?',
  figures: {
    served: { unit: '% of the burst', better: 'more', detail: true },
    'turned away': { unit: '% of the burst', better: 'less', detail: true },
    lost: { unit: 'peers', better: 'less', steady: true },
    p50: { unit: 'ms', better: 'less', detail: true },
    p99: { unit: 'ms', better: 'less' },
    'loop delay': { unit: 'ms, p99', better: 'less' },
    'longest loop delay': { unit: 'ms', better: 'less', detail: true },
  },

  async prepare(bench) {
    const host = await Host.open(bench);
    const { there, missing } = variants([EXECA, POSIX_SPAWN]);
    const peers: Peer[] = there.map(({ name, flags }) => ({
      name,
      backlogs: BACKLOGS,
      start: (backlog) => startProbedRexecd(bench, host, { flags: [...flags, '--backlog', `${backlog}`] }),
    }));
    const lacking: Missing[] = [...missing];
    const noPeer = noSpawnPeer();
    if (noPeer) lacking.push({ name: C_PROGRAM, reason: noPeer });
    else
      peers.unshift({
        name: C_PROGRAM,
        backlogs: BACKLOGS,
        start: async (backlog) => ({ port: await startSpawnPeer(bench, host, backlog) }),
      });
    const noSocket = noSocat();
    if (noSocket) lacking.push({ name: SOCAT, reason: noSocket });
    else
      peers.push({
        name: SOCAT,
        backlogs: MIDDLE,
        start: async (backlog) => ({ port: await startSocat(bench, host, backlog) }),
      });
    const cases: Case[] = [];
    for (const backlog of bench.quick ? MIDDLE : BACKLOGS)
      for (const { name, backlogs, start } of peers)
        if (backlogs.includes(backlog)) {
          const listener = await start(backlog);
          for (const factor of bench.quick ? [1, 4] : FACTORS)
            cases.push(burstCase(bench, name, listener, backlog, factor, !noPeer));
        }
    return {
      cases,
      missing: lacking,
      goals: (results) => [EXECA, POSIX_SPAWN].map((variant) => goal(results, variant, cases, missing)),
      plots: (results) => plots(results, peers),
    };
  },
};

function burstCase(
  { runs }: Bench,
  name: string,
  { port, probe = async () => [] }: Listener,
  backlog: number,
  factor: number,
  compared: boolean,
): Case {
  const sessions = new Sessions(port);
  const size = backlog * factor;
  return {
    name: at(name, backlog, size),
    ...(compared && name !== C_PROGRAM && { against: at(C_PROGRAM, backlog, size) }),
    answer: sessions.answer,
    runs: factor > FACTORS[2] ? Math.min(FEW_RUNS, runs) : runs,
    warmUp: false,
    async run() {
      await probe(); // starts counting again
      const met = await burst(sessions, size);
      const loops = (await probe()).map(({ loop }) => loop);
      return {
        ...met,
        ...(loops.length > 0 && {
          'loop delay': Math.max(...loops.map(({ p99 }) => p99)),
          'longest loop delay': Math.max(...loops.map(({ max }) => max)),
        }),
      };
    },
  };
}

function goal(
  results: Results,
  { name }: Variant,
  cases: readonly Case[],
  missing: readonly Missing[],
): Goal {
  const want = `${name}: no peer is lost that the kernel accepted; event-loop delay p99 at most ${MOST_DELAY_MS} ms`;
  const reason = missing.find((each) => each.name === name)?.reason;
  if (reason !== undefined) return notMeasured(4, want, reason);
  const own = cases.filter((each) => each.name.startsWith(`${name}, backlog`)).map((each) => each.name);
  const lost = own.reduce((sum, each) => sum + results.of(each, 'lost')!.max, 0);
  const delay = Math.max(...own.map((each) => results.of(each, 'loop delay')!.median));
  const got = `${lost} lost, event-loop delay p99 at most ${delay.toFixed(1)} ms`;
  return { id: 4, want, got, reached: lost === 0 && delay <= MOST_DELAY_MS };
}

function plots(results: Results, peers: readonly Peer[]): Plot[] {
  const lines = (figure: string, name: string, label: (backlog: number) => string) =>
    BACKLOGS.flatMap((backlog) =>
      seriesOf(
        results,
        figure,
        label(backlog),
        FACTORS.map((factor) => [backlog * factor, at(name, backlog, backlog * factor)] as const),
      ),
    );
  return [
    ...peers.map(
      ({ name }): Plot => ({
        kind: 'lines',
        title: `${name}: how long a burst takes`,
        sentence:
          'Until 99 of 100 of the peers that were served were so. What the backlog has no room for, the kernel of the peer sends again after 1, 3, 7 and 15 s.',
        x: { label: 'peers in the burst', log: true },
        y: { label: 'milliseconds', log: true },
        series: lines('p99', name, (backlog) => `backlog ${backlog}`),
      }),
    ),
    {
      kind: 'lines',
      title: 'The event loop during a burst',
      sentence: 'How late a timer of a millisecond was, 99 of 100 times.',
      x: { label: 'peers in the burst', log: true },
      y: { label: 'milliseconds late, p99' },
      series: peers.flatMap(({ name }) =>
        lines('loop delay', name, (backlog) => `${name}, backlog ${backlog}`),
      ),
    },
  ];
}
