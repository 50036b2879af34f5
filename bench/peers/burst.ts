import { readFileSync } from 'node:fs';
import type { LoadReport } from '../../lib/load/index.ts';
import type { Sessions } from './sessions.ts';

/** The kernel sends again after 1, 3, 7 and 15 s what there was no room for; a session of many takes its time too. */
const patienceSeconds = (size: number): number => 15 + size / 100;
const SAMPLED_BEFORE_MS = 200; // before patience ends
const ACCEPTED: readonly string[] = ['01', '08']; // established, and half-closed by the peer

/** What the peers of a burst met: shares in %, times in milliseconds, and how many were lost. */
export async function burst(sessions: Sessions, size: number) {
  const seconds = patienceSeconds(size);
  let accepted = 0;
  const sample = setTimeout(
    () => {
      accepted = acceptedOn(sessions.port);
    },
    seconds * 1000 - SAMPLED_BEFORE_MS,
  );
  const report = await sessions.burst(size, seconds);
  clearTimeout(sample);
  return endings(report, accepted);
}

/**
 * A peer that the kernel never let in was not lost by the daemon. Such a peer may believe that it is connected: of
 * those that waited to the end, at most `accepted` were let in.
 */
function endings({ sessions, right, refused, causes, latency }: LoadReport, accepted: number) {
  const ofCause = (...begin: readonly string[]) =>
    Object.entries(causes.lost)
      .filter(([cause]) => begin.some((text) => cause.startsWith(text)))
      .reduce((sum, [, count]) => sum + count, 0);
  const waited = ofCause('connected, but not over');
  const keptOut = ofCause('not connected', 'ECONNREFUSED') + Math.max(0, waited - accepted);
  const share = (count: number) => (100 * count) / sessions;
  return {
    served: share(right),
    'turned away': share(refused + keptOut),
    lost: sessions - right - refused - keptOut,
    ...(latency && { p50: latency.p50, p99: latency.p99 }),
  };
}

/** Connections to a port that the kernel has accepted, for the process that listens there or in its backlog. */
function acceptedOn(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/tcp', 'latin1').split('\n');
  return lines.filter((line) => {
    const [, here = '', , state = ''] = line.trim().split(/ +/);
    return here.endsWith(local) && ACCEPTED.includes(state);
  }).length;
}
