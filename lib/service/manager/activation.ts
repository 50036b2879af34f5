import { fstatSync } from 'node:fs';

/** A socket that the service manager opened and passed on; `{ fd }` is what a server listens on. */
export interface ActivatedSocket {
  readonly fd: number;
  /** `FileDescriptorName=` of its socket unit. */
  readonly name: string;
}

const FIRST = 3; // SD_LISTEN_FDS_START
const MOST = 1024;
const UNNAMED = 'unknown';

/**
 * The sockets this process was started with (sd_listen_fds(3)); none where the variables are another process's, or
 * make no sense. The variables are gone afterwards: no child may take them for its own.
 */
export function activatedSockets(environment: NodeJS.ProcessEnv = process.env): ActivatedSocket[] {
  const { LISTEN_PID: pid, LISTEN_FDS: fds = '', LISTEN_FDNAMES: names = '' } = environment;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete environment[name];
  const count = /^\d+$/.test(fds) ? Number(fds) : 0;
  if (pid !== String(process.pid) || count > MOST) return [];
  const nameOf = names.split(':');
  return Array.from({ length: count }, (_, index) => ({
    fd: FIRST + index,
    name: nameOf[index] || UNNAMED,
  })).filter(({ fd }) => isSocket(fd));
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}
