import { Host } from '../peers/host.ts';
import { residentMB, startProbedRexecd } from '../peers/probed.ts';
import { EXECA, POSIX_SPAWN, variants } from '../peers/rexecd.ts';
import { Sessions } from '../peers/sessions.ts';
import type { Case, Question } from '../question.ts';
import type { Series } from '../report/plot.ts';
import { times } from '../report/sentences.ts';
import type { Results } from '../results.ts';

/** Does the start of a command follow the daemon's memory? One session at a time; the daemon holds some MB more. */

const BALLAST_MB = [0, 100, 300] as const;
const at = (name: string, ballast: number): string => `${name}, ${ballast} MB more`;

export const question: Question = {
  asks: 'Does the cost of a launch follow the memory of the daemon?',
  figures: {
    session: { unit: 'ms', better: 'less' },
    'loop delay': { unit: 'ms, longest', better: 'less' },
    resident: { unit: 'MB', better: 'less' },
  },

  async prepare(bench) {
    const host = await Host.open(bench);
    const { there, missing } = variants([EXECA, POSIX_SPAWN]);
    const cases: Case[] = [];
    for (const { name, flags } of there)
      for (const ballastMB of BALLAST_MB) {
        const { child, port, probe } = await startProbedRexecd(bench, host, { flags, ballastMB });
        const sessions = new Sessions(port);
        cases.push({
          name: at(name, ballastMB),
          ...(ballastMB > 0 && { against: at(name, 0) }),
          answer: sessions.answer,
          async run() {
            await probe(); // starts counting again
            const { latency } = await sessions.load({ parallel: 1, sessions: bench.quick ? 10 : 50 });
            const loops = await probe();
            return {
              session: latency!.p50,
              'loop delay': Math.max(...loops.map(({ loop }) => loop.max)),
              resident: residentMB(child.pid!),
            };
          },
        });
      }
    return {
      cases,
      missing,
      plots: (results) => [
        {
          kind: 'lines',
          title: 'One session, over the memory of the daemon',
          sentence: there
            .flatMap(({ name }) => {
              const ratio = results.ratio(at(name, 300), 'session');
              return ratio ? [`With 300 MB more a session of ${name} takes ${times(ratio)} as long.`] : [];
            })
            .join(' '),
          x: { label: 'MB resident' },
          y: { label: 'milliseconds, one session' },
          series: there.flatMap(({ name }) => line(results, name)),
        },
      ],
    };
  },
};

function line(results: Results, name: string): Series[] {
  const points = BALLAST_MB.flatMap((ballast) => {
    const [memory, session] = [
      results.of(at(name, ballast), 'resident'),
      results.of(at(name, ballast), 'session'),
    ];
    return memory && session
      ? [{ x: memory.median, y: session.median, low: session.min, high: session.max }]
      : [];
  });
  return [{ name, points }];
}
