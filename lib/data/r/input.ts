/** The three ways in which R writes the same stream of numbers and texts. */
export interface Input {
  /** One integer: a flag, a length or a value. */
  int(): Promise<number>;
  ints(count: number): Promise<Int32Array>;
  doubles(count: number): Promise<Float64Array>;
  /** The elements of a raw vector. */
  raw(count: number): Promise<Uint8Array>;
  /** The bytes of one text. */
  text(length: number): Promise<Uint8Array>;
  /** Passes over elements that nobody wants, without memory for them. */
  skip(kind: "int" | "double" | "raw", count: number): Promise<void>;
}

/**
 * Bytes that arrive in pieces, read in order.
 *
 * `limit` is how many may come in all: a length that claims more is refused before memory is taken for it, and a
 * stream that inflates to more is cut off.
 */
export class ByteStream {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  #passed = 0;

  constructor(pieces: AsyncIterable<Uint8Array>, readonly limit: number) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Ends the source early. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  /** Buffered bytes. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#passed + this.#at;
  }

  /**
   * Fails when `bytes` more cannot come.
   *
   * @throws {RangeError}
   */
  claim(bytes: number): void {
    if (bytes >= 0 && this.position + bytes <= this.limit) return;
    throw new RangeError(`it claims ${bytes} bytes at byte ${this.position}, more than the file can hold`);
  }

  /** Waits until `bytes` (few) are available. */
  async need(bytes: number): Promise<void> {
    while (this.left < bytes) {
      if (!await this.#more()) throw new RangeError(`it ends at byte ${this.position + this.left}`);
    }
  }

  /** True if at least one byte is left; waits for it. */
  async hasMore(): Promise<boolean> {
    while (this.left === 0) if (!await this.#more()) return false;
    return true;
  }

  async #more(): Promise<boolean> {
    const next = await this.#pieces.next();
    if (next.done) return false;
    this.#passed += this.#at;
    const rest = this.#bytes.subarray(this.#at);
    this.#bytes = rest.length === 0 ? next.value : joined(rest, next.value);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    this.#at = 0;
    if (this.#passed + this.#bytes.length > this.limit) {
      throw new RangeError(`it unpacks to more than ${this.limit} bytes`);
    }
    return true;
  }

  /** The next `bytes`, already buffered; valid until the next read. */
  peek(bytes: number): Uint8Array {
    return this.#bytes.subarray(this.#at, this.#at + bytes);
  }

  /** Moves on over buffered bytes. */
  advance(bytes: number): void {
    this.#at += bytes;
  }

  /** Fills `target` with the next bytes. */
  async fill(target: Uint8Array): Promise<void> {
    for (let done = 0; done < target.length;) {
      await this.need(1);
      const piece = this.peek(Math.min(this.left, target.length - done));
      target.set(piece, done);
      this.advance(piece.length);
      done += piece.length;
    }
  }

  async skip(bytes: number): Promise<void> {
    for (let left = bytes; left > 0;) {
      await this.need(1);
      const step = Math.min(left, this.left);
      this.advance(step);
      left -= step;
    }
  }

  /** Gives `use` each of `count` elements of `size` bytes by its offset in a view. */
  async each(
    count: number,
    size: number,
    use: (view: DataView, offset: number, index: number) => void,
  ): Promise<void> {
    for (let index = 0; index < count;) {
      await this.need(size);
      const step = Math.min(count - index, Math.floor(this.left / size));
      for (let k = 0; k < step; k++) use(this.#view, this.#at + k * size, index + k);
      this.advance(step * size);
      index += step;
    }
  }

  async int(littleEndian: boolean): Promise<number> {
    if (this.left < 4) await this.need(4);
    const value = this.#view.getInt32(this.#at, littleEndian);
    this.#at += 4;
    return value;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

/** XDR (big-endian), or the native form of nearly all machines (little-endian). */
export function binaryInput(stream: ByteStream, { littleEndian }: { littleEndian: boolean }): Input {
  const SIZES = { int: 4, double: 8, raw: 1 };
  return {
    int: () => stream.int(littleEndian),
    async ints(count) {
      stream.claim(4 * count);
      const out = new Int32Array(count);
      await stream.each(count, 4, (view, at, i) => out[i] = view.getInt32(at, littleEndian));
      return out;
    },
    async doubles(count) {
      stream.claim(8 * count);
      const out = new Float64Array(count);
      await stream.each(count, 8, (view, at, i) => out[i] = view.getFloat64(at, littleEndian));
      return out;
    },
    raw: (count) => bytesOf(stream, count),
    text: (length) => bytesOf(stream, length),
    async skip(kind, count) {
      stream.claim(SIZES[kind] * count);
      await stream.skip(SIZES[kind] * count);
    },
  };
}

async function bytesOf(stream: ByteStream, count: number): Promise<Uint8Array> {
  stream.claim(count);
  const out = new Uint8Array(count);
  await stream.fill(out);
  return out;
}
