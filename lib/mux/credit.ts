/** Most bytes of one direction that may be under way or wait here. */
const LARGEST_WINDOW = 1024 * 1024;

/** What the other end may still send: it grows with what is taken of it, so that a reader decides how much waits here. */
export class Credit {
  #window: number; // bytes that may be under way, taken or not
  #left: number; // bytes that the other end may still send
  #taken = 0; // bytes that were taken and not granted again

  constructor(first: number) {
    this.#window = first;
    this.#left = first;
  }

  /** @returns false where it sends more than it may */
  spend(bytes: number): boolean {
    this.#left -= bytes;
    return this.#left >= 0;
  }

  /** So many bytes were taken; what is to be granted for it, 0 while that is not worth a frame. */
  take(bytes: number): number {
    this.#taken += bytes;
    if (this.#taken * 2 < this.#window) return 0;
    const wider = Math.min(this.#window * 2, LARGEST_WINDOW);
    const grant = this.#taken + wider - this.#window;
    this.#window = wider;
    this.#taken = 0;
    this.#left += grant;
    return grant;
  }
}
