const SEPARATORS = [0x20, 0x09, 0x0a, 0x2c]; // space, tab, newline, and the comma of rexec(3)
const [QUOTE, BACKSLASH, NEWLINE, HASH] = [0x22, 0x5c, 0x0a, 0x23];

/** The words of a .netrc, as rexec(3) splits them, except that a line may be a comment and a macro is skipped. */
export class NetrcWords {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The next word if it is where a keyword belongs: there, and only there, a line that begins with # is a comment. */
  keyword(): string | undefined {
    this.#skipSeparators();
    while (this.#bytes[this.#at] === HASH && this.#beginsLine()) {
      this.#at = this.#after('\n');
      this.#skipSeparators();
    }
    return this.#at < this.#bytes.length ? this.#word().toString('latin1') : undefined;
  }

  /** The next word whatever it is, as a copy; undefined if it is empty, or the file ends. */
  value(): Buffer | undefined {
    this.#skipSeparators();
    const word = this.#word();
    return word.length > 0 ? word : undefined;
  }

  /** A macro ends with an empty line. */
  skipMacro(): void {
    this.#at = this.#after('\n\n');
  }

  #skipSeparators(): void {
    while (SEPARATORS.includes(this.#bytes[this.#at] ?? -1)) this.#at += 1;
  }

  #beginsLine(): boolean {
    const line = this.#bytes.lastIndexOf(NEWLINE, this.#at) + 1;
    return this.#bytes.subarray(line, this.#at).every((byte) => SEPARATORS.includes(byte));
  }

  #after(mark: string): number {
    const found = this.#bytes.indexOf(mark, this.#at);
    return found === -1 ? this.#bytes.length : found + mark.length;
  }

  /** A backslash takes the next byte as it is, except at the beginning of a word that is not quoted. */
  #word(): Buffer {
    const bytes = this.#bytes;
    const word: number[] = [];
    const quoted = bytes[this.#at] === QUOTE;
    const start = quoted ? this.#at + 1 : this.#at;
    let at = start;
    for (; at < bytes.length; at += 1) {
      if (quoted ? bytes[at] === QUOTE : SEPARATORS.includes(bytes[at]!)) break;
      const escapes = bytes[at] === BACKSLASH && (quoted || at > start) && at + 1 < bytes.length;
      if (escapes) at += 1;
      word.push(bytes[at]!);
    }
    this.#at = quoted ? at + 1 : at;
    const copy = Buffer.from(word);
    word.fill(0);
    return copy;
  }
}
