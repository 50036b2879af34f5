import { fstatSync } from 'node:fs';

const FIRST = 3; // SD_LISTEN_FDS_START
const MOST = 1024;

/**
 * Descriptors of the sockets that this process was started with (sd_listen_fds(3)); none where the variables are another process's, or
 * make no sense. The variables are gone afterwards: no child may take them for its own.
 */
export function activatedSockets(environment: NodeJS.ProcessEnv = process.env): number[] {
  const { LISTEN_PID: pid, LISTEN_FDS: fds = '' } = environment;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete environment[name];
  const count = /^\d+$/.test(fds) ? Number(fds) : 0;
  if (pid !== String(process.pid) || count > MOST) return [];
  return Array.from({ length: count }, (_, index) => FIRST + index).filter(isSocket);
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}
