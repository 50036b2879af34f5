import { readFileSync } from 'node:fs';

/** An established IPv4 connection, as /proc/PID/net/tcp shows one end of it. */
export interface TcpEnd {
  readonly localPort: number;
  readonly remotePort: number;
  /** Seconds until the next keep-alive probe; null without keep-alive; undefined while another timer is running. */
  readonly keepAlive: number | null | undefined;
}

const ESTABLISHED = '01';
const [NO_TIMER, KEEP_ALIVE] = ['00', '02'];
const TICKS = 100; // a second, for programs

const portOf = (end: string): number => Number.parseInt(end.split(':')[1]!, 16);

/** Established IPv4 connections of the network that a process is in: both ends of those of its own host. */
export function tcpTable(pid: number | 'self' = 'self'): TcpEnd[] {
  const lines = readFileSync(`/proc/${pid}/net/tcp`, 'latin1').trim().split('\n').slice(1);
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === ESTABLISHED)
    .map(([, local, remote, , , timer]) => {
      const [kind, ticks] = timer!.split(':');
      const seconds = Number.parseInt(ticks!, 16) / TICKS;
      const keepAlive = kind === KEEP_ALIVE ? seconds : kind === NO_TIMER ? null : undefined;
      return { localPort: portOf(local!), remotePort: portOf(remote!), keepAlive };
    });
}
