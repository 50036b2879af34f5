import {
  C_PROGRAM,
  IN_REXECD,
  noInRexecd,
  noSpawnPeer,
  startInRexecd,
  startSpawnPeer,
} from '../peers/debian.ts';
import { Host } from '../peers/host.ts';
import { EXECA, POSIX_SPAWN, startRexecd, variants } from '../peers/rexecd.ts';
import { certify, noStunnel, noTls, startStunnel } from '../peers/stunnel.ts';
import { sample, transfer } from '../peers/transfer.ts';
import { type Bench, type Case, type Goal, type Missing, notMeasured, type Question } from '../question.ts';
import { barOf, compared, times } from '../report/sentences.ts';
import type { Results } from '../results.ts';

/** How fast do stdout and stdin of a command flow? One GiB each way, in clear text and by TLS. */

const DIRECTIONS = ['stdout', 'stdin'] as const;
type Direction = (typeof DIRECTIONS)[number];

const MIB = 2 ** 20;
const CHECKED = sample(16 * MIB);
const SEQUENCE = 'seq 2000000'; // 15 MB of output that is the same each time

const BEHIND_STUNNEL = `${IN_REXECD} behind stunnel`;
const BY_TLS = `${EXECA.name}, TLS`;

interface Peer {
  readonly name: string;
  readonly port: number;
  /** The case of the same work that it is compared with. */
  readonly baseline: string;
  /** The file of the authority to trust, by TLS. */
  readonly ca?: string;
}

const named = (name: string, direction: Direction): string => `${direction}: ${name}`;

export const question: Question = {
  asks: 'How fast do stdout and stdin flow, 1 GiB each way?',
  figures: { throughput: { unit: 'MB/s', better: 'more' } },

  async prepare(bench) {
    const host = await Host.open(bench);
    const { there, missing } = variants([EXECA, POSIX_SPAWN]);
    const lacking: Missing[] = [...missing];
    const peers: Peer[] = [];
    const noDebian = noInRexecd();
    const baseline = noDebian ? C_PROGRAM : IN_REXECD;
    const debian = noDebian ? 0 : await startInRexecd(bench, host);
    if (noDebian) lacking.push({ name: IN_REXECD, reason: noDebian });
    else peers.push({ name: IN_REXECD, port: debian, baseline });
    const noPeer = noSpawnPeer();
    if (noPeer) lacking.push({ name: C_PROGRAM, reason: noPeer });
    else peers.push({ name: C_PROGRAM, port: await startSpawnPeer(bench, host), baseline });
    const users = noDebian ? 'file' : 'pam';
    for (const { name, flags } of there)
      peers.push({ name, port: (await startRexecd(bench, host, { flags, users })).port, baseline });
    const noPair = noDebian || noStunnel();
    if (noPair) lacking.push({ name: BEHIND_STUNNEL, reason: noPair });
    if (noTls()) lacking.push({ name: BY_TLS, reason: noTls() || '' });
    else {
      const certified = certify();
      const { ca, cert, key } = certified;
      const behind = { baseline: BEHIND_STUNNEL, ca };
      if (!noPair) {
        const port = await startStunnel(bench, host, debian, certified);
        peers.push({ name: BEHIND_STUNNEL, port, ...behind });
      }
      const flags = ['--listen', 'tls:127.0.0.1:0', '--tls-certificate', cert, '--tls-key', key];
      peers.push({ name: BY_TLS, port: (await startRexecd(bench, host, { flags, users })).port, ...behind });
    }
    const cases = DIRECTIONS.flatMap((direction) => peers.map((peer) => caseOf(bench, direction, peer)));
    return {
      cases,
      missing: lacking,
      goals: (results) => [
        ...DIRECTIONS.map((direction) => goal(results, direction, noDebian)),
        ...DIRECTIONS.map((direction) => tlsGoal(results, direction, noPair)),
      ],
      plots: (results) =>
        DIRECTIONS.map((direction) => ({
          kind: 'bars' as const,
          title: `1 GiB of ${direction}`,
          sentence: compared(
            results,
            'throughput',
            there.map(({ name }) => [name, named(name, direction)]),
            `the throughput of ${baseline}`,
          ),
          label: 'MB a second',
          bars: peers.flatMap(({ name }) => barOf(results, named(name, direction), 'throughput', name)),
        })),
    };
  },
};

function caseOf({ quick }: Bench, direction: Direction, { name, port, baseline, ca }: Peer): Case {
  const bytes = quick ? 64 * MIB : 1024 * MIB;
  const wanted = direction === 'stdout' ? bytes : 0;
  return {
    name: named(name, direction),
    ...(name !== baseline && { against: named(baseline, direction) }),
    /** Both ways at once: what md5sum says of its input, and the md5 of what a command writes. */
    async answer() {
      const there = await transfer(port, 'md5sum | head -c 32; echo', { input: CHECKED, digest: true, ca });
      const back = await transfer(port, SEQUENCE, { digest: true, ca });
      return `${there.md5} ${back.bytes} ${back.md5}`;
    },
    async run() {
      const { seconds, bytes: seen } =
        direction === 'stdout'
          ? await transfer(port, `head -c ${bytes} /dev/zero`, { ca })
          : await transfer(port, 'cat > /dev/null', { input: bytes, ca });
      if (seen !== wanted) throw new Error(`${name} gave ${seen} of ${wanted} bytes`);
      return { throughput: bytes / 1e6 / seconds };
    },
  };
}

function tlsGoal(results: Results, direction: Direction, noPair: string | false): Goal {
  const want = `${direction}, ${BY_TLS}: at least that of in.rexecd behind stunnel`;
  const ratio = results.ratio(named(BY_TLS, direction), 'throughput', named(BEHIND_STUNNEL, direction));
  if (!ratio) return notMeasured(3, want, noPair || `${BY_TLS} is not there`);
  return { id: 3, want, got: times(ratio), reached: ratio.median >= 1 };
}

const LEAST = { stdout: 0.65, stdin: 0.6 } as const;

function goal(results: Results, direction: Direction, noDebian: string | false): Goal {
  const want = `${direction}, ${EXECA.name}: at least ${LEAST[direction]} of in.rexecd`;
  const ratio = results.ratio(named(EXECA.name, direction), 'throughput', named(IN_REXECD, direction));
  if (!ratio) return notMeasured(3, want, noDebian || `${EXECA.name} is not there`);
  return { id: 3, want, got: times(ratio), reached: ratio.median >= LEAST[direction] };
}
