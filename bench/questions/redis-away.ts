import { Host } from '../peers/host.ts';
import { noRedis, Redis } from '../peers/redis.ts';
import { startRexecd } from '../peers/rexecd.ts';
import { until } from '../peers/until.ts';
import { type Case, type Goal, notMeasured, type Question } from '../question.ts';
import { barOf } from '../report/sentences.ts';
import { type Results, spreadOf } from '../results.ts';

/** How much longer does a login take when the Redis server that lockouts are shared on goes away meanwhile? */

const SECONDS = 4; // a server that does not answer is away after 2
const MOST_LONGER_MS = 250;
const WELL = 'Redis is well';
const PEERS = [1, 8] as const;
const FLAGS = ['--lockout-failures', '100000', '--max-shared-connections', '1000', '--refusal-seconds', '0'];
const QUIET = ['--log-level', 'info', '--control', 'off'];

/** What happens to the server as the logins begin, and is undone after them. */
const FAULTS: Readonly<
  Record<string, readonly [begin: (redis: Redis) => unknown, end: (redis: Redis) => unknown]>
> = {
  'Redis is killed': [(redis) => redis.kill(), (redis) => redis.start()],
  'Redis hangs (SIGSTOP)': [(redis) => redis.signal('SIGSTOP'), (redis) => redis.signal('SIGCONT')],
  'Redis is unreachable, packets are dropped': [(redis) => redis.cut(), (redis) => redis.restore()],
};

const by = (name: string, peers: number): string => `${name}, ${peers} at a time`;
const NAMES = PEERS.flatMap((peers) => [WELL, ...Object.keys(FAULTS)].map((name) => by(name, peers)));

export const question: Question = {
  asks: 'How much longer does a login take when a shared Redis server goes away?',
  figures: {
    median: { unit: 'ms a login', better: 'less' },
    longest: { unit: 'ms, the longest login', better: 'less' },
    logins: { unit: `logins in ${SECONDS} s`, better: 'more', detail: true },
  },

  async prepare(bench) {
    if (noRedis) {
      const reason = noRedis;
      const goals = () => Object.keys(FAULTS).map((name) => notMeasured(9, wantOf(name), reason));
      return { cases: [], missing: NAMES.map((name) => ({ name, reason })), goals };
    }
    const host = await Host.open(bench);
    const redis = await Redis.open(bench, host);
    const flags = [...redis.flags, ...FLAGS, ...QUIET];
    const { child, port } = await startRexecd(bench, host, { flags, through: redis.entry });
    let log = '';
    child.stderr!.on('data', (text: string) => {
      log = (log + text).replaceAll(/^(?!.*REXECD-30[89] ).*\n/gm, '');
    });
    const count = (id: string) => log.split(`${id} `).length - 1;
    const during = async (name: string, work: () => Promise<void>): Promise<void> => {
      const [begin, end] = FAULTS[name]!;
      const [away, back] = [count('REXECD-308'), count('REXECD-309')];
      await begin(redis);
      await work();
      await until(() => count('REXECD-308') > away, `${name}: the daemon knows`);
      await end(redis);
      await until(() => count('REXECD-309') > back, `${name}: the daemon is connected again`);
    };
    await during('Redis is killed', async () => {}); // from now on it is connected
    const cases = PEERS.flatMap((peers) => {
      const logins = async () => {
        const words = ['bench/peers/logins.ts', String(port), String(peers), String(SECONDS)];
        const times = JSON.parse(await redis.output(process.execPath, ...words)) as number[];
        const { median, max } = spreadOf(times);
        return { median, longest: max, logins: times.length };
      };
      const faulty = Object.keys(FAULTS).map(
        (name): Case => ({
          name: by(name, peers),
          against: by(WELL, peers),
          async run() {
            let figures = {};
            await during(name, async () => {
              figures = await logins();
            });
            return figures;
          },
        }),
      );
      return [{ name: by(WELL, peers), run: logins }, ...faulty];
    });
    return {
      cases,
      goals: (results) => Object.keys(FAULTS).map((name) => goalOf(name, results)),
      plots: (results) => [
        {
          kind: 'bars',
          title: 'The longest login while Redis goes away',
          sentence: `Peers guess for ${SECONDS} s; it goes away as they begin.`,
          label: 'milliseconds',
          bars: NAMES.flatMap((name) => barOf(results, name, 'longest')),
        },
      ],
    };
  },
};

const wantOf = (name: string): string =>
  `${name}: the longest login of all runs at most ${MOST_LONGER_MS} ms longer than without`;

function goalOf(name: string, results: Results): Goal {
  const longer = PEERS.map(
    (peers) => results.of(by(name, peers), 'longest')!.max - results.of(by(WELL, peers), 'longest')!.median,
  );
  const got = longer.map((ms, at) => `${Math.round(ms)} ms (${PEERS[at]} at a time)`).join(', ');
  return { id: 9, want: wantOf(name), got, reached: longer.every((ms) => ms <= MOST_LONGER_MS) };
}
