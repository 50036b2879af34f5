import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENING = '0A';
const INETD = /inetd$/; // openbsd-inetd, inetutils-inetd, xinetd

/**
 * For a port that an inetd on this host listens on: a function that says whether that inetd is still running.
 *
 * @returns undefined for a port of another program
 */
export function inetdOf(port: number): (() => boolean) | undefined {
  const sockets = listening(port).map((inode) => `socket:[${inode}]`);
  if (sockets.length === 0) return undefined;
  const owner = inetds().find((pid) =>
    sockets.some((socket) => descriptorsOf(pid)?.includes(socket) ?? true),
  );
  return owner === undefined ? undefined : () => INETD.test(commandOf(owner));
}

/** Inodes of the sockets that listen on a port. */
function listening(port: number): string[] {
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    existsSync(table) ? readFileSync(table, 'latin1').trim().split('\n').slice(1) : [],
  );
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    return state === LISTENING && local.endsWith(`:${hex}`) ? [inode] : [];
  });
}

const inetds = (): string[] =>
  (existsSync('/proc') ? readdirSync('/proc') : []).filter(
    (name) => /^\d+$/.test(name) && INETD.test(commandOf(name)),
  );

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1').trim();
  } catch {
    return ''; // it has ended
  }
}

/** What the descriptors of a process are; undefined for a process of another user. */
function descriptorsOf(pid: string): string[] | undefined {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).map((name) => readlinkSync(`${folder}/${name}`));
  } catch {
    return undefined;
  }
}
