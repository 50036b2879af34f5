import { readdirSync, readlinkSync } from 'node:fs';
import { readOrEmpty } from '../read-or-empty.ts';

/** A process that listens on a port. */
export interface Holder {
  readonly pid: number;
  readonly name: string;
  /** Its words, each without control characters. */
  readonly command: string;
}

const LISTENS = '0A'; // of the column st, /proc/net/tcp

/** Processes that listen on a TCP port, on whatever address; those that this account may not look into are missing. */
export function holdersOf(port: number): Holder[] {
  const inodes = new Set([...inodesOn('/proc/net/tcp', port), ...inodesOn('/proc/net/tcp6', port)]);
  if (inodes.size === 0) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && holds(name, inodes))
    .map((pid) => ({
      pid: Number(pid),
      name: readOrEmpty(`/proc/${pid}/comm`).trim(),
      command: commandOf(pid),
    }));
}

function inodesOn(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return readOrEmpty(table)
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => state === LISTENS && local.endsWith(`:${wanted}`))
    .map((columns) => columns[9]!);
}

function holds(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) =>
      inodes.has(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? ''),
    );
  } catch {
    return false; // it has ended, or is another account's
  }
}

const commandOf = (pid: string): string =>
  readOrEmpty(`/proc/${pid}/cmdline`)
    .replaceAll(/[\x00-\x1f\x7f]+/g, ' ')
    .trim();
