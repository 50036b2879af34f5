/** Of each kind of record of the lockouts; the oldest is forgotten. */
const MOST_SUBJECTS = 50_000;

/** A map that forgets its oldest entry rather than grow without end. */
export class Bounded<V> extends Map<string, V> {
  readonly #forget: (key: string) => void;
  readonly #oldest = this.keys(); // continues where it was: a new one would pass all that was deleted

  constructor(forget: (key: string) => void = () => {}) {
    super();
    this.#forget = forget;
  }

  override set(key: string, value: V): this {
    this.delete(key);
    super.set(key, value);
    if (this.size > MOST_SUBJECTS) {
      const oldest = this.#oldest.next().value!;
      this.delete(oldest);
      this.#forget(oldest);
    }
    return this;
  }
}
