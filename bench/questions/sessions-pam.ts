import { IN_REXECD, noInRexecd, startInRexecd } from '../peers/debian.ts';
import { Host } from '../peers/host.ts';
import { EXECA, POSIX_SPAWN, startRexecd, type Variant, variants, WORKERS } from '../peers/rexecd.ts';
import { Sessions } from '../peers/sessions.ts';
import { type Case, type Goal, type Missing, notMeasured, type Question } from '../question.ts';
import { barOf, compared, times } from '../report/sentences.ts';
import type { Results } from '../results.ts';

/**
 * What does a session cost with PAM? One account (MD5 hash, sh), one PAM service (Debian's rexec), 16 at a time. A shell
 * reads the user's profile (rexecd(8) step 8), which starts programs of its own; in.rexecd's reads none.
 */

const PARALLEL = 16;
const bare = ({ name, flags }: Variant): Variant => ({
  name: `${name}, no profile`,
  flags: [...flags, '--profile', 'false'],
});
const BY_DEFAULT: readonly Variant[] = [EXECA, bare(EXECA)];
const FAST: readonly Variant[] = [POSIX_SPAWN, bare(POSIX_SPAWN), bare(WORKERS)];
const WANTED = [...BY_DEFAULT, ...FAST];

export const question: Question = {
  asks: 'How many sessions a second, with PAM, 16 at a time?',
  figures: { rate: { unit: 'sessions/s', better: 'more' }, p99: { unit: 'ms', better: 'less' } },

  async prepare(bench) {
    if (Host.noAccounts) return unmeasurable([IN_REXECD, ...WANTED.map(({ name }) => name)], Host.noAccounts);
    const noPeer = noInRexecd();
    if (noPeer) return unmeasurable([IN_REXECD, ...WANTED.map(({ name }) => name)], noPeer); // it brings the PAM file
    const host = await Host.open(bench);
    const { there, missing } = variants(WANTED);
    const peers: [string, number][] = [[IN_REXECD, await startInRexecd(bench, host)]];
    for (const { name, flags } of there)
      peers.push([name, (await startRexecd(bench, host, { flags, users: 'pam' })).port]);
    const cases = peers.map(([name, port]): Case => {
      const sessions = new Sessions(port);
      return {
        name,
        ...(name !== IN_REXECD && { against: IN_REXECD }),
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
            'the rate of in.rexecd',
          ),
          label: 'sessions a second',
          bars: cases.flatMap(({ name }) => barOf(results, name, 'rate')),
        },
      ],
    };
  },
};

const WANT_DEFAULT = 'at least 3 times in.rexecd with execa';
const WANT_FAST = 'at least 5 times in.rexecd with the fast launcher';

function unmeasurable(names: readonly string[], reason: string) {
  return {
    cases: [],
    missing: names.map((name) => ({ name, reason })),
    goals: () => [notMeasured(1, WANT_DEFAULT, reason), notMeasured(1, WANT_FAST, reason)],
  };
}

function goals(results: Results, missing: readonly Missing[]): Goal[] {
  const goal = (want: string, variants: readonly Variant[], least: number): Goal => {
    const ratios = variants.flatMap(({ name }) => {
      const ratio = results.ratio(name, 'rate');
      return ratio ? [{ name, ratio }] : [];
    });
    if (ratios.length === 0)
      return notMeasured(1, want, missing.find(({ name }) => name === variants[0]!.name)?.reason ?? '');
    const got = ratios.map(({ name, ratio }) => `${times(ratio)}, ${name}`).join('; ');
    return { id: 1, want, got, reached: ratios.some(({ ratio }) => ratio.median >= least) };
  };
  return [goal(WANT_DEFAULT, BY_DEFAULT, 3), goal(WANT_FAST, FAST, 5)];
}
