/** Slots of the palette in style.ts; a baseline has none of them. */
const SLOTS = 7;
const BASELINES = /^(C program|in\.rexecd|control)/;

/** A name has the same colour in every plot; baselines are grey. */
export class Colors {
  readonly #slots = new Map<string, number>();

  /** A class of the style sheet. */
  of(name: string): string {
    if (BASELINES.test(name)) return 'baseline';
    const slot = this.#slots.get(name) ?? this.#slots.size % SLOTS;
    this.#slots.set(name, slot);
    return `series-${slot}`;
  }
}
