import { Socket } from 'node:net';
import { unreadSocket } from '../base/index.ts';
import { closeDescriptor, openPipe } from '../native/index.ts';

/** A command's streams: true pipes, the near ends here. The far ends are descriptors, to be closed once it has them. */
export class Pipes {
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket | null;
  /** The command's descriptors 0, 1 and 2. */
  readonly far: readonly [stdin: number, stdout: number, stderr: number];

  /** @throws Error if there are no descriptors left */
  constructor(stderr: 'pipe' | 'stdout') {
    const open: number[] = [];
    try {
      for (let pipe = 0; pipe < (stderr === 'pipe' ? 3 : 2); pipe += 1) open.push(...openPipe());
    } catch (error) {
      for (const fd of open) closeDescriptor(fd);
      throw error;
    }
    const [zero = -1, stdinEnd = -1, stdoutEnd = -1, one = -1, stderrEnd, two = one] = open;
    this.stdin = new Socket({ fd: stdinEnd, readable: false, writable: true });
    this.stdout = outputFrom(stdoutEnd);
    this.stderr = stderrEnd === undefined ? null : outputFrom(stderrEnd);
    this.far = [zero, one, two];
  }

  closeFar(): void {
    for (const fd of new Set(this.far)) closeDescriptor(fd);
  }

  destroy(): void {
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream?.destroy();
  }
}

const outputFrom = (fd: number): Socket => unreadSocket({ fd, readable: true, writable: false });
