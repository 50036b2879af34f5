import { IN_REXECD, noInRexecd, startInRexecd } from '../peers/debian.ts';
import { Host } from '../peers/host.ts';
import { EXECA, POSIX_SPAWN, startRexecd, type Variant, variants } from '../peers/rexecd.ts';
import { Sessions } from '../peers/sessions.ts';
import { type Case, type Goal, type Missing, notMeasured, type Question } from '../question.ts';
import { barOf, compared, times } from '../report/sentences.ts';
import type { Results } from '../results.ts';

/**
 * What does a session cost with PAM? One account (MD5 hash, sh), one PAM service (Debian's rexec), 16 at a time. A shell
 * of rexecd reads the user's profile (rexecd(8) step 8), which starts programs of its own; one of in.rexecd does that
 * where its command is such a shell.
 */

const PARALLEL = 16;
const PROFILE = 'exec sh -l -c :';
const WITH_PROFILE = `${IN_REXECD}, ${PROFILE}`;
const bare = ({ name, flags }: Variant): Variant => ({
  name: `${name}, no profile`,
  flags: [...flags, '--profile', 'false'],
});
const BARE: readonly Variant[] = [bare(EXECA), bare(POSIX_SPAWN)];
const WANTED: readonly Variant[] = [EXECA, POSIX_SPAWN, ...BARE];
/** The same work by in.rexecd. */
const baselineOf = (name: string): string =>
  BARE.some((variant) => variant.name === name) ? IN_REXECD : WITH_PROFILE;

export const question: Question = {
  asks: 'How many sessions a second, with PAM, 16 at a time?',
  figures: { rate: { unit: 'sessions/s', better: 'more' }, p99: { unit: 'ms', better: 'less' } },

  async prepare(bench) {
    if (Host.noAccounts) return unmeasurable([IN_REXECD, ...WANTED.map(({ name }) => name)], Host.noAccounts);
    const noPeer = noInRexecd();
    if (noPeer) return unmeasurable([IN_REXECD, ...WANTED.map(({ name }) => name)], noPeer); // it brings the PAM file
    const host = await Host.open(bench);
    const { there, missing } = variants(WANTED);
    const debian = await startInRexecd(bench, host);
    const peers: [string, Sessions][] = [
      [IN_REXECD, new Sessions(debian)],
      [WITH_PROFILE, new Sessions(debian, PROFILE)],
    ];
    for (const { name, flags } of there)
      peers.push([name, new Sessions((await startRexecd(bench, host, { flags, users: 'pam' })).port)]);
    const isBaseline = (name: string) => name === IN_REXECD || name === WITH_PROFILE;
    const cases = peers.map(([name, sessions]): Case => {
      return {
        name,
        ...(!isBaseline(name) && { against: baselineOf(name) }),
        answer: sessions.answer,
        async run() {
          const { rate, latency } = await sessions.load({
            parallel: PARALLEL,
            seconds: bench.quick ? 0.5 : 1.5,
          });
          return { rate, p99: latency!.p99 };
        },
      };
    });
    return {
      cases,
      missing,
      goals: (results) => goals(results, missing),
      plots: (results) => [
        {
          kind: 'bars',
          title: 'Sessions with PAM, 16 at a time',
          sentence: compared(
            results,
            'rate',
            there.map(({ name }) => [name, name]),
            'the rate of in.rexecd doing the same',
          ),
          label: 'sessions a second',
          bars: cases.flatMap(({ name }) => barOf(results, name, 'rate')),
        },
      ],
    };
  },
};

/** Times the rate of in.rexecd doing the same work. */
const LEAST: readonly [Variant, number][] = [
  [EXECA, 1.3],
  [bare(EXECA), 1.25],
];
const wantOf = (name: string, least: number) => `${name}: at least ${least} times in.rexecd doing the same`;

function unmeasurable(names: readonly string[], reason: string) {
  return {
    cases: [],
    missing: names.map((name) => ({ name, reason })),
    goals: () => LEAST.map(([{ name }, least]) => notMeasured(2, wantOf(name, least), reason)),
  };
}

const goals = (results: Results, missing: readonly Missing[]): Goal[] =>
  LEAST.map(([{ name }, least]) => {
    const ratio = results.ratio(name, 'rate');
    const want = wantOf(name, least);
    if (!ratio) return notMeasured(2, want, missing.find((each) => each.name === name)?.reason ?? '');
    return { id: 2, want, got: times(ratio), reached: ratio.median >= least };
  });
