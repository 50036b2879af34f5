import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from '../peers/built.ts';
import { noInRexecd } from '../peers/debian.ts';
import { hold } from '../peers/held.ts';
import { Host } from '../peers/host.ts';
import { residentMB } from '../peers/probed.ts';
import { EXECA, type Rexecd, startRexecd } from '../peers/rexecd.ts';
import { Sessions } from '../peers/sessions.ts';
import { type Bench, type Case, type Figures, type Goal, notMeasured, type Question } from '../question.ts';
import { barOf } from '../report/sentences.ts';
import type { Results } from '../results.ts';

/** What do accounts cost: the first session of one, and a session of each of many at once? PAM, no profile. */

const WITH_SPARE = 'first session, a spare host waits';
const WITHOUT = 'first session, no spare host';
const TOGETHER = 'an account each, all at once';
const MANY = 200;
const FEW = 20; // in a quick run
const NEXT_SESSIONS = 5;
/** In this time a spare host is there, also on a slow machine. */
const SPARE_MS = 3000;
const LATE_MS = { [WITH_SPARE]: 15, [WITHOUT]: 120 } as const;
const NO_PROFILE = ['--profile', 'false'] as const;

export const question: Question = {
  asks: 'What does the first session of an account cost, and what do many accounts?',
  figures: {
    first: { unit: 'ms', better: 'less' },
    next: { unit: 'ms', better: 'less' },
    later: { unit: 'ms more than the next', better: 'less' },
    resident: { unit: 'MB, all processes', better: 'less' },
    account: { unit: 'MB an account', better: 'less' },
    all: { unit: 's until all run', better: 'less' },
  },

  async prepare(bench) {
    const lacking = Host.noAccounts || noInRexecd(); // it brings the PAM file
    if (lacking) {
      const missing = [WITH_SPARE, WITHOUT, TOGETHER].map((name) => ({ name, reason: lacking }));
      return { cases: [], missing, goals: () => goals(undefined, lacking) };
    }
    const host = await Host.open(bench);
    const names = host.addAccounts(3 * (bench.runs + 1) + MANY).values();
    const program = build(bench);
    const start = () => startRexecd(bench, host, { flags: [...NO_PROFILE], users: 'pam', program });
    const daemon = await start();
    return {
      cases: [
        firstCase(WITH_SPARE, async () => {
          await delay(SPARE_MS);
          return firstAndNext(daemon, next(names));
        }),
        firstCase(WITHOUT, async () => {
          await delay(SPARE_MS);
          await new Sessions(daemon.port, ':', next(names)).answer(); // takes the spare one
          return firstAndNext(daemon, next(names));
        }),
        {
          name: TOGETHER,
          runs: 1,
          warmUp: false,
          run: async () =>
            together(
              await start(),
              Array.from({ length: accountsOf(bench) }, () => next(names)),
            ),
        },
      ],
      goals: (results) => goals(results, ''),
      plots: (results) => [
        {
          kind: 'bars',
          title: 'The first session of an account',
          sentence: `Of ${accountsOf(bench)} accounts with a session each at once, each takes ${results.of(TOGETHER, 'account')!.median.toFixed(1)} MB.`,
          label: 'milliseconds, connect to end',
          bars: [WITH_SPARE, WITHOUT].flatMap((name) => barOf(results, name, 'first')),
        },
      ],
    };
  },
};

const accountsOf = ({ quick }: Bench): number => (quick ? FEW : MANY);
const firstCase = (name: string, run: Case['run']): Case => ({ name, run });

/** An account that has had no session yet. */
function next(names: Iterator<string>): string {
  const { value, done } = names.next();
  if (done) throw new Error('more runs than accounts');
  return value;
}

async function firstAndNext({ port }: Rexecd, user: string): Promise<Figures> {
  const startedAt = performance.now();
  const sessions = new Sessions(port, ':', user);
  await sessions.answer();
  const first = performance.now() - startedAt;
  const { latency } = await sessions.load({ parallel: 1, sessions: NEXT_SESSIONS });
  const { p50 } = latency!;
  return { first, next: p50, later: first - p50 };
}

/** Memory while a command of each account runs, above the daemon without them. */
async function together({ child, port }: Rexecd, users: readonly string[]): Promise<Figures> {
  const before = residentMB(child.pid!);
  const startedAt = performance.now();
  const held = await Promise.all(users.map((user) => hold(port, user)));
  const all = (performance.now() - startedAt) / 1000;
  const resident = residentMB(child.pid!);
  for (const socket of held) socket.destroy();
  child.kill('SIGTERM');
  await once(child, 'exit'); // with its hosts, which would load the machine
  return { resident, account: (resident - before) / users.length, all };
}

function goals(results: Results | undefined, reason: string): Goal[] {
  const late = ([WITH_SPARE, WITHOUT] as const).map((name): Goal => {
    const want = `${name}: at most ${LATE_MS[name]} ms more than the next one`;
    const later = results?.of(name, 'later');
    if (!later) return notMeasured(5, want, reason);
    return { id: 5, want, got: `${Math.round(later.median)} ms`, reached: later.median <= LATE_MS[name] };
  });
  const want = `${MANY} accounts with a session each at once: memory is stated`;
  const memory = results?.of(TOGETHER, 'resident');
  if (!memory) return [...late, notMeasured(5, want, reason)];
  const got = `${Math.round(memory.median)} MB in all processes, ${EXECA.name}`;
  return [...late, { id: 5, want, got, reached: null }];
}
