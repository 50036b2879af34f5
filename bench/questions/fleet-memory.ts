import { once } from 'node:events';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from '../peers/built.ts';
import { hold } from '../peers/held.ts';
import { ACCOUNT, Host } from '../peers/host.ts';
import { ownMB } from '../peers/probed.ts';
import { startRexecd } from '../peers/rexecd.ts';
import { type Bench, type Case, type Goal, notMeasured, type Question } from '../question.ts';
import type { Results } from '../results.ts';

/**
 * How much memory do the processes of a daemon take, without those of commands? The model is that of docs/fleet.md: an idle
 * daemon, and so much for each account that has sessions and for each further session of it.
 */

const MODEL = 'one daemon, the model';
const MORE = 'one daemon, more sessions';
const TWO = 'two daemons';
const FEW = 20;
const MANY = 60;
/** In this time a spare host is there, also on a slow machine. */
const SPARE_MS = 3000;

export const question: Question = {
  asks: 'How much memory does a daemon of a fleet take?',
  figures: {
    idle: { unit: 'MB, all processes without a session', better: 'less', steady: true },
    account: { unit: 'MB more with the first session of an account', better: 'less', steady: true },
    session: { unit: 'MB more with each further one', better: 'less', steady: true },
    resident: { unit: 'MB, all processes', better: 'less' },
  },

  async prepare(bench) {
    const own = { host: await Host.open(bench), program: build(bench) };
    return {
      cases: [modelCase(bench, own), sumCase(bench, own, MORE, [MANY]), sumCase(bench, own, TWO, [FEW, FEW])],
      goals: (results) => [deviation(results, MORE, [MANY]), deviation(results, TWO, [FEW, FEW])],
    };
  },
};

interface Own {
  readonly host: Host;
  readonly program: string;
}

const rare = { runs: 3, warmUp: false } as const;

const modelCase = (bench: Bench, own: Own): Case => ({
  ...{ name: MODEL, ...rare },
  run: () =>
    daemon(bench, own, 0, async (port, resident) => {
      const idle = await resident();
      const sockets = [await hold(port, ACCOUNT.user)];
      const one = await resident();
      for (let n = 1; n < FEW; n += 1) sockets.push(await hold(port, ACCOUNT.user));
      const few = await resident();
      for (const socket of sockets) socket.destroy();
      return { idle, account: one - idle, session: (few - one) / (FEW - 1) };
    }),
});

/** @param sessions of each daemon */
const sumCase = (bench: Bench, own: Own, name: string, sessions: readonly number[]): Case => ({
  ...{ name, ...rare },
  async run() {
    const all = sessions.map((count, at) =>
      daemon(bench, own, at, async (port, resident) => {
        const sockets = [];
        for (let n = 0; n < count; n += 1) sockets.push(await hold(port, ACCOUNT.user));
        const sum = await resident();
        for (const socket of sockets) socket.destroy();
        return sum;
      }),
    );
    return { resident: (await Promise.all(all)).reduce((sum, each) => sum + each, 0) };
  },
});

/**
 * A daemon as long as the work lasts. Its Node.js is a file of its own: what processes share is counted once, but would be
 * shared with the bench, and with a daemon that in a fleet is on another machine.
 */
async function daemon<T>(
  bench: Bench,
  own: Own,
  at: number,
  work: (port: number, resident: () => Promise<number>) => Promise<T>,
): Promise<T> {
  const { host, program } = own;
  const node = join(bench.folder, `node-${at}`);
  copyFileSync(process.execPath, node);
  const { child, port } = await startRexecd(bench, host, { node, program, flags: ['--control', 'off'] });
  const resident = async (): Promise<number> => {
    await delay(SPARE_MS);
    return ownMB(child.pid!);
  };
  const done = await work(port, resident);
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(node);
  return done;
}

function deviation(results: Results, name: string, sessions: readonly number[]): Goal {
  const want = `${name}, ${sessions.join(' and ')} sessions: what the model says is compared`;
  const [idle, account, session] = ['idle', 'account', 'session'].map((figure) => results.of(MODEL, figure));
  const measured = results.of(name, 'resident');
  if (!idle || !account || !session || !measured) return notMeasured(10, want, 'a case is missing');
  const one = (count: number) => idle.median + account.median + (count - 1) * session.median;
  const said = sessions.reduce((sum, count) => sum + one(count), 0);
  const percent = (100 * (measured.median - said)) / said;
  const got = `${measured.median.toFixed(1)} MB, the model says ${said.toFixed(1)}: ${percent.toFixed(1)} %`;
  return { id: 10, want, got, reached: null };
}
