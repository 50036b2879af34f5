import { Haproxy, noHaproxy } from '../peers/haproxy.ts';
import { Host } from '../peers/host.ts';
import { processorMs, residentMB } from '../peers/probed.ts';
import { type Rexecd, startRexecd } from '../peers/rexecd.ts';
import { Sessions } from '../peers/sessions.ts';
import { type Case, type Goal, notMeasured, type Question } from '../question.ts';
import { barOf, times } from '../report/sentences.ts';
import type { Results } from '../results.ts';

/** What do HAProxy, its PROXY header, and more daemons behind it make of the rate, on one machine? */

const DIRECT = 'direct';
/** The same arrangement once more: what the two differ in is noise. */
const AGAIN = 'control: HAProxy without a PROXY header, again';
const NO_HEADER = 'HAProxy without a PROXY header';
const PARALLEL = 16;
/** HAProxy connects from one of them with a header, from the other without: one daemon takes both. */
const [WITH, WITHOUT] = ['127.0.0.2', '127.0.0.3'];
const MOST_PROCESSOR = 1.03; // times the processor time of a session without a header
const WANT = 'the PROXY header: at most 3 % more processor time a session';

const behind = (daemons: number): string => `HAProxy, ${daemons} ${daemons === 1 ? 'daemon' : 'daemons'}`;

export const question: Question = {
  asks: 'What does a balancer cost, and how fair is it?',
  figures: {
    rate: { unit: 'sessions/s', better: 'more' },
    processor: { unit: 'ms of processor a session, in the daemons', better: 'less' },
    fairness: { unit: "Jain's index", better: 'more', steady: true },
    memory: { unit: 'MB a daemon', better: 'less' },
  },

  async prepare(bench) {
    const host = await Host.open(bench);
    const names = [DIRECT, NO_HEADER, AGAIN, ...[1, 2, 4].map(behind)];
    if (noHaproxy) {
      const reason = noHaproxy;
      return {
        cases: [],
        missing: names.map((name) => ({ name, reason })),
        goals: () => [notMeasured(8, WANT, reason)],
      };
    }
    const daemons: Rexecd[] = [];
    for (let at = 1; at <= 4; at += 1) {
      const flags = ['--proxy-from', WITH, '--control', `/run/bench-${at}/control.sock`];
      daemons.push(await startRexecd(bench, host, { flags }));
    }
    const first = (count: number) => daemons.slice(0, count);
    const plan = Object.fromEntries(
      [1, 2, 4].map((count) => [
        `of-${count}`,
        { to: first(count).map(({ port }) => port), send: `source ${WITH} send-proxy-v2` },
      ]),
    );
    const plain = { to: first(1).map(({ port }) => port), send: `source ${WITHOUT}` };
    const haproxy = await Haproxy.start(bench, host, { ...plan, without: plain, again: plain });

    const measured = (name: string, of: readonly Rexecd[], against?: string, balancer?: string): Case => {
      const port = balancer === undefined ? of[0]!.port : haproxy.ports.get(balancer)!;
      const sessions = new Sessions(port);
      const used = () => of.reduce((sum, { child }) => sum + processorMs(child.pid!), 0);
      const shares = async () => (balancer === undefined ? [1] : haproxy.sessions(balancer));
      return {
        name,
        ...(against && { against }),
        answer: sessions.answer,
        async run() {
          const [before, sharesBefore] = [used(), await shares()];
          const report = await sessions.load({ parallel: PARALLEL, seconds: bench.quick ? 1 : 4 });
          const got = (await shares()).map(
            (share, at) => share - (balancer === undefined ? 0 : sharesBefore[at]!),
          );
          return {
            rate: report.rate,
            processor: (used() - before) / report.sessions,
            fairness: jain(got),
            memory: of.reduce((sum, { child }) => sum + residentMB(child.pid!), 0) / of.length,
          };
        },
      };
    };
    return {
      cases: [
        measured(DIRECT, first(1)),
        measured(NO_HEADER, first(1), DIRECT, 'without'),
        measured(AGAIN, first(1), NO_HEADER, 'again'),
        measured(behind(1), first(1), NO_HEADER, 'of-1'),
        measured(behind(2), first(2), behind(1), 'of-2'),
        measured(behind(4), first(4), behind(1), 'of-4'),
      ],
      goals: (results) => [headerGoal(results)],
      plots: (results) => [
        {
          kind: 'bars',
          title: 'Sessions behind HAProxy, 16 at a time, on one machine',
          sentence: 'The daemons share the cores with each other, HAProxy and the load.',
          label: 'sessions a second',
          bars: names.flatMap((name) => barOf(results, name, 'rate')),
        },
      ],
    };
  },
};

/** 1 if all have the same share, 1/n if one of n has all. */
const jain = (shares: readonly number[]): number => {
  const sum = shares.reduce((all, each) => all + each, 0);
  return sum ** 2 / (shares.length * shares.reduce((all, each) => all + each ** 2, 0));
};

function headerGoal(results: Results): Goal {
  const [ratio, noise] = [behind(1), AGAIN].map((name) => results.ratio(name, 'processor'));
  if (!ratio || !noise) return notMeasured(8, WANT, 'a case is missing');
  const got = `${times(ratio)}; the control, which differs in nothing: ${times(noise)}`;
  const isTold = Math.abs(noise.median - 1) <= MOST_PROCESSOR - 1; // else less than the noise is asked for
  return { id: 8, want: WANT, got, reached: isTold ? ratio.median <= MOST_PROCESSOR : null };
}
