import { fileError } from "../../../runtime/mod.ts";

/** The longest text line of a pickle (a module, a name, a number); longer ones are no checkpoint's. */
const MAX_LINE = 1024;

/** Steps through the bytes of a pickle; whatever length it claims, no more is taken than is there. */
export class PickleBytes {
  #at: number;
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array, { start, where }: { start: number; where: string }) {
    this.#at = start;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.where = where;
  }

  /** Names the pickle in errors. */
  readonly where: string;

  /** Offset of the next byte. */
  get position(): number {
    return this.#at;
  }

  byte(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  /** A length; one above 2^53 is rounded, and refused by whoever takes so many bytes. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#skip(8), true));
  }

  /** Python's floats are big-endian here. */
  float64(): number {
    return this.#view.getFloat64(this.#skip(8), false);
  }

  take(length: number): Uint8Array {
    const start = this.#skip(length);
    return this.bytes.subarray(start, start + length);
  }

  text(length: number, encoding: "utf-8" | "latin1" = "utf-8"): string {
    return new TextDecoder(encoding).decode(this.take(length));
  }

  /** Up to the next line feed, which is dropped. */
  line(): string {
    const end = this.bytes.subarray(this.#at, this.#at + MAX_LINE).indexOf(0x0a);
    if (end < 0) throw fileError(`Cannot read ${this.where}: a line in its pickle does not end`);
    const line = this.text(end);
    this.#skip(1);
    return line;
  }

  /** A little-endian integer in two's complement; a number where it is exact, else a bigint. */
  long(length: number): number | bigint {
    if (length > MAX_LINE) {
      throw fileError(`Cannot read ${this.where}: its pickle has an integer of ${length} bytes`);
    }
    let value = 0n;
    this.take(length).forEach((byte, i) => value |= BigInt(byte) << BigInt(8 * i));
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  #skip(length: number): number {
    const start = this.#at;
    if (length > this.bytes.length - start) {
      throw fileError(
        `Cannot read ${this.where}: its pickle claims ${length} bytes at ${start}, there are ` +
          `${this.bytes.length - start}; it is truncated or damaged`,
      );
    }
    this.#at += length;
    return start;
  }
}
