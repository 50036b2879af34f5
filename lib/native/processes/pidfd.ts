import { koffi, libc } from '../koffi.ts';
import { descriptorLimit } from './limits.ts';

const openCall = libc.func('syscall', 'long', ['long', 'long', 'long']);
const sendCall = libc.func('syscall', 'long', ['long', 'long', 'long', 'void *', 'long']);
const close = libc.func('int close(int fd)');
/** Numbers of the system calls, the same on x86-64 and arm64. */
const PIDFD_OPEN = 434;
const PIDFD_SEND_SIGNAL = 424;
const PIDFD_SIGNAL_PROCESS_GROUP = 1 << 2;
const EPERM = 1;
const ESRCH = 3;

/**
 * A descriptor of a process group (pidfd_open(2), Linux 6.9). A number may be given to another group once this one is
 * empty; the descriptor never means another group, and works after the leader was reaped.
 */
export class GroupDescriptor {
  readonly #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * @param leader a child that was not reaped yet
   * @returns undefined if the system cannot do this, or if half of the descriptors are in use: the others are for peers
   */
  static open(leader: number): GroupDescriptor | undefined {
    const fd: number = openCall(PIDFD_OPEN, leader, 0);
    if (fd < 0) return undefined;
    const group = new GroupDescriptor(fd);
    const error = group.send(0); // EINVAL: an older kernel
    if ((error === 0 || error === EPERM) && fd < descriptorLimit() / 2) return group;
    group.close();
    return undefined;
  }

  /** Sends a signal by number, 0 to try it. @returns 0, or the number of the error, such as ESRCH for an empty group */
  send(signal: number): number {
    const sent: number = sendCall(PIDFD_SEND_SIGNAL, this.#fd, signal, null, PIDFD_SIGNAL_PROCESS_GROUP);
    return sent === 0 ? 0 : koffi.errno();
  }

  /** True while a process is in it, reaped ones aside. */
  get exists(): boolean {
    return this.send(0) !== ESRCH;
  }

  close(): void {
    close(this.#fd);
  }
}
