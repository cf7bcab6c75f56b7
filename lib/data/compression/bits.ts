/** Bits of a stream of bytes, the highest of each byte first. */
export class BitReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #held = 0;
  #count = 0;
  #done = false;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Waits until `bytes` are available, or all that there are. */
  async prepare(bytes: number): Promise<void> {
    const parts = [this.#bytes.subarray(this.#at)];
    let length = parts[0].length;
    while (length < bytes && !this.#done) {
      const next = await this.#pieces.next();
      this.#done = next.done ?? false;
      if (next.done) break;
      parts.push(next.value);
      length += next.value.length;
    }
    if (parts.length === 1) return;
    this.#bytes = joined(parts, length);
    this.#at = 0;
  }

  atEnd(): boolean {
    return this.#count === 0 && this.#at === this.#bytes.length;
  }

  /**
   * The next `count` bits (at most 24) as a number.
   *
   * @throws {RangeError} when the buffered bytes end before.
   */
  read(count: number): number {
    while (this.#count < count) {
      if (this.#at === this.#bytes.length) throw new RangeError("the data end too early");
      this.#held = (this.#held << 8) | this.#bytes[this.#at++];
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#held >>> this.#count) & ((1 << count) - 1);
  }

  /** Passes over the rest of a byte that was begun. */
  toByte(): void {
    this.#count -= this.#count % 8;
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
