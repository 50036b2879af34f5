import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from '../peers/built.ts';
import { firstLine, Host } from '../peers/host.ts';
import { descriptorsOf, residentMB, startProbedRexecd } from '../peers/probed.ts';
import { EXECA, POSIX_SPAWN, startRexecd, type Variant, variants } from '../peers/rexecd.ts';
import { Sessions } from '../peers/sessions.ts';
import type { Bench, Case, Figures, Goal, Question } from '../question.ts';
import { barOf } from '../report/sentences.ts';
import type { Results } from '../results.ts';

/** How soon is the daemon ready, how much memory does it take, and does it grow over many sessions? */

const BUILT = 'rexecd as built';
const SOURCES = 'rexecd from its sources';
const NODE = 'control: Node.js alone';
const HELLO = 'setInterval(() => {}, 1e6); console.log(1)';
const PARALLEL = 16;
const PROOF_SESSIONS = 100_000;
const SETTLE_MS = 500;
const WARM = 0.5; // of the sessions first, uncounted: until then a heap and the lists that are bounded may fill
const SLOWEST = 50; // sessions a second
/** What a warm heap and process may still gain by noise. */
const HEAP_MB = 1;
const RESIDENT_MB = 10;
/** 1.6 times what the daemon took when it ran all sessions itself, measured on one machine with this one. */
const MOST_MB = 1.6 * 61;

const growth = ({ name }: Variant): string => `${name}, what it gains over sessions`;

export const question: Question = {
  asks: 'How soon is it ready, how much memory does it take, and does it grow?',
  figures: {
    ready: { unit: 'ms', better: 'less' },
    resident: { unit: 'MB', better: 'less' },
    heap: { unit: 'MB', better: 'less' },
    descriptors: { unit: 'open', better: 'less' },
  },

  async prepare(bench) {
    const host = await Host.open(bench);
    const { there, missing } = variants([EXECA, POSIX_SPAWN]);
    const built = build(bench);
    return {
      cases: [
        startCase(NODE, async () => {
          const child = host.start(bench, process.execPath, ['--eval', HELLO]);
          await firstLine(child);
          return child;
        }),
        startCase(BUILT, async () => (await startRexecd(bench, host, { program: built })).child),
        startCase(SOURCES, async () => (await startRexecd(bench, host)).child),
        ...there.map((variant) => growthCase(bench, host, variant, built)),
      ],
      missing,
      goals: (results) => goals(results, there, bench.sessions),
      plots: (results) => [
        {
          kind: 'bars',
          title: 'From start to ready',
          sentence: `As built it is ready after ${Math.round(results.of(BUILT, 'ready')!.median)} ms and takes ${Math.round(results.of(BUILT, 'resident')!.median)} MB.`,
          label: 'milliseconds',
          bars: [NODE, BUILT, SOURCES].flatMap((name) => barOf(results, name, 'ready')),
        },
      ],
    };
  },
};

function startCase(name: string, start: () => Promise<ChildProcess>): Case {
  return {
    name,
    ...(name !== NODE && { against: NODE }),
    async run() {
      const startedAt = performance.now();
      const child = await start();
      const ready = performance.now() - startedAt;
      await delay(SETTLE_MS);
      const resident = residentMB(child.pid!);
      child.kill('SIGKILL');
      return { ready, resident };
    },
  };
}

function growthCase(bench: Bench, host: Host, variant: Variant, program: string): Case {
  const { sessions: count } = bench;
  return {
    name: growth(variant),
    runs: 1,
    warmUp: false,
    seconds: 60 + (count * (1 + WARM)) / SLOWEST,
    async run() {
      const { child, port, probe } = await startProbedRexecd(bench, host, { flags: variant.flags, program });
      const sessions = new Sessions(port);
      const sample = async (): Promise<Figures> => {
        await delay(SETTLE_MS);
        const heap = (await probe()).reduce((sum, { heapBytes }) => sum + heapBytes, 0) / 1e6;
        return { heap, resident: residentMB(child.pid!), descriptors: descriptorsOf(child.pid!) };
      };
      await sessions.load({ parallel: PARALLEL, sessions: Math.ceil(count * WARM) });
      const before = await sample();
      await sessions.load({ parallel: PARALLEL, sessions: count });
      const after = await sample();
      child.kill('SIGKILL');
      return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - before[name]!]));
    },
  };
}

function goals(results: Results, there: readonly Variant[], sessions: number): Goal[] {
  const [ready, resident] = [results.of(BUILT, 'ready')!, results.of(BUILT, 'resident')!];
  return [
    {
      id: 6,
      want: 'start to ready at most 350 ms',
      got: `${Math.round(ready.median)} ms`,
      reached: ready.median <= 350,
    },
    {
      id: 6,
      want: `at most ${MOST_MB.toFixed(1)} MB in all processes when idle`,
      got: `${resident.median.toFixed(1)} MB`,
      reached: resident.median <= MOST_MB,
    },
    ...there.map((variant): Goal => {
      const [heap = 0, memory = 0, open = 0] = ['heap', 'resident', 'descriptors'].map(
        (figure) => results.of(growth(variant), figure)!.median,
      );
      const got = `${variant.name}, over ${sessions.toLocaleString('en')} sessions: heap ${signed(heap)} MB, resident ${signed(memory)} MB, descriptors ${signed(open, 0)}`;
      const proof = sessions >= PROOF_SESSIONS;
      return {
        id: 6,
        want: 'nothing grows over 100,000 sessions',
        got: proof ? got : `${got} (the proof takes --sessions ${PROOF_SESSIONS})`,
        reached: proof ? heap <= HEAP_MB && memory <= RESIDENT_MB && open <= 0 : null,
      };
    }),
  ];
}

const signed = (value: number, digits = 1): string => `${value < 0 ? '' : '+'}${value.toFixed(digits)}`;
