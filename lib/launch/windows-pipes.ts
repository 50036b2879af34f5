import { Socket } from 'node:net';
import { unreadSocket } from '../base/index.ts';
import { closeHandle, openChildPipe } from '../native/index.ts';

/** A command's streams on Windows: the near ends here, the far ends handles, to be closed once it has them. */
export class WindowsPipes {
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket | null;
  readonly far: readonly [stdin: number, stdout: number, stderr: number];
  readonly #far: number[] = [];
  readonly #near: Socket[] = [];

  /** @throws Error if a pipe cannot be made */
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
    for (const handle of this.#far.splice(0)) closeHandle(handle);
  }

  destroy(): void {
    for (const stream of this.#near) stream.destroy();
  }

  #to(): Socket {
    const { near: fd, far } = openChildPipe('write');
    return this.#keep(far, new Socket({ fd, readable: false, writable: true }));
  }

  #from(): Socket {
    const { near: fd, far } = openChildPipe('read');
    return this.#keep(far, unreadSocket({ fd, readable: true, writable: false }));
  }

  #keep(far: number, near: Socket): Socket {
    this.#far.push(far);
    this.#near.push(near);
    return near;
  }
}
