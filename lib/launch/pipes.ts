import { Socket } from 'node:net';
import { isWindows, unreadSocket } from '../base/index.ts';
import { type ChildPipe, closeDescriptor, closeHandle, openChildPipe, openPipe } from '../native/index.ts';

/** Makes a pipe to a command: the near end is a descriptor, the far one a descriptor or, on Windows, a handle. */
function open(near: 'read' | 'write'): ChildPipe {
  if (isWindows) return openChildPipe(near);
  const [read, write] = openPipe();
  return near === 'read' ? { near: read, far: write } : { near: write, far: read };
}

const close = isWindows ? closeHandle : closeDescriptor;

/** A command's streams: the near ends of pipes here, the far ends to be closed once it has them. */
export class Pipes {
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket | null;
  /** The command's descriptors 0, 1 and 2. */
  readonly far: readonly [stdin: number, stdout: number, stderr: number];
  readonly #far: number[] = [];
  readonly #near: Socket[] = [];

  /** @throws Error if a pipe cannot be made, such as without descriptors */
  constructor(stderr: 'pipe' | 'stdout') {
    try {
      this.stdin = this.#to();
      this.stdout = this.#from();
      this.stderr = stderr === 'pipe' ? this.#from() : null;
    } catch (error) {
      this.closeFar();
      this.destroy();
      throw error;
    }
    const [zero = -1, one = -1, two = one] = this.#far;
    this.far = [zero, one, two];
  }

  closeFar(): void {
    for (const each of this.#far.splice(0)) close(each);
  }

  destroy(): void {
    for (const stream of this.#near) stream.destroy();
  }

  #to(): Socket {
    const { near: fd, far } = open('write');
    return this.#keep(far, new Socket({ fd, readable: false, writable: true }));
  }

  #from(): Socket {
    const { near: fd, far } = open('read');
    return this.#keep(far, unreadSocket({ fd, readable: true, writable: false }));
  }

  #keep(far: number, near: Socket): Socket {
    this.#far.push(far);
    this.#near.push(near);
    return near;
  }
}
