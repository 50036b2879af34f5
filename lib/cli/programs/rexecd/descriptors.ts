import { closeSync, readdirSync, readFileSync } from 'node:fs';
import { activatedSockets } from '../../../service/index.ts';

const CLOSE_ON_EXEC = 0o2000000;

/**
 * The listening socket that the service manager passed on, if it did; every other descriptor this process was started
 * with is closed, and no command inherits that one either.
 */
export async function adoptDescriptors(): Promise<number | undefined> {
  const [socket] = activatedSockets();
  closeInherited(socket === undefined ? [] : [socket]);
  if (socket === undefined) return undefined;
  const { closeOnExec } = await import('../../../native/index.ts'); // only now: it loads koffi
  closeOnExec(socket);
  return socket;
}

/**
 * Closes the descriptors above 2 that this process was started with and that every command would inherit. Node's own
 * are all close-on-exec; one that is not came from the parent. Does nothing if /proc does not exist.
 */
export function closeInherited(keep: readonly number[] = []): void {
  for (const name of descriptors()) {
    const number = Number(name);
    if (number > 2 && !keep.includes(number) && !(flagsOf(name) & CLOSE_ON_EXEC)) closeSync(number);
  }
}

function descriptors(): string[] {
  try {
    return readdirSync('/proc/self/fd');
  } catch {
    return [];
  }
}

/** Flags of an open descriptor; those of one that is closed by now say close-on-exec, so that it is left alone. */
function flagsOf(name: string): number {
  try {
    return Number.parseInt(
      /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8'))?.[1] ?? '',
      8,
    );
  } catch {
    return CLOSE_ON_EXEC;
  }
}
