import { decodeBytes } from "./codecs.ts";
import { bytesOf } from "./dtypes.ts";
import type { ZarrFiles } from "./files.ts";
import { forEachChunk, forEachRun } from "./grid.ts";
import { decodeTexts, unicodeTexts } from "./texts.ts";
import { ShardReader } from "./shards.ts";
import type { ArrayMeta } from "./types.ts";

/** Bytes that a chunk of texts may have, and that an array may claim for each stored byte and beyond. */
const MOST_TEXT = 2 ** 30;
const MOST_UNPACKED = 2 ** 14;
const SPARE = 2 ** 26;

/** An array of a zarr hierarchy, read by rows of its first dimension. */
export class ZarrArray {
  readonly #shards: ShardReader | null;
  #stored: number | null = null;

  constructor(readonly files: ZarrFiles, readonly path: string, readonly meta: ArrayMeta) {
    this.#shards = meta.shards && new ShardReader(files, path, meta, meta.shards);
  }

  /**
   * The bytes of rows [start, start + count), row-major, each element as it is stored but little-endian.
   *
   * @throws {RangeError} when they are outside, or a chunk is damaged.
   */
  bytes(start: number, count: number): Uint8Array<ArrayBuffer> {
    const { chunks, type } = this.meta;
    const size = bytesOf(type);
    const shape = this.#shapeOf(start, count);
    const elements = shape.reduce((a, b) => a * b, 1);
    this.#requirePlausible(elements * size);
    const out = new Uint8Array(elements * size);
    const whole = chunks.reduce((a, b) => a * b, 1) * size;
    const fill = fillBytes(this.meta, size);
    forEachChunk({ shape: this.meta.shape, chunks, start, count }, (chunk) => {
      const stored = this.#packed(chunk);
      const plain = stored && decodeBytes(stored, this.meta.codecs, { expected: whole, most: whole });
      const values = plain && this.#ordered(plain, size);
      forEachRun({ chunk, chunks, shape, start }, (from, to, length) => {
        const target = out.subarray(to * size, (to + length) * size);
        if (values) target.set(values.subarray(from * size, (from + length) * size));
        else if (fill) repeat(target, fill);
      });
    });
    return out;
  }

  /** The texts of rows [start, start + count), row-major. */
  texts(start: number, count: number): string[] {
    const { chunks, type, meta } = { ...this.meta, meta: this.meta };
    if (type.kind !== "string" || !type.variable) return unicodeTexts(this.bytes(start, count), type);
    const shape = this.#shapeOf(start, count);
    const elements = shape.reduce((a, b) => a * b, 1);
    this.#requirePlausible(elements);
    const out = new Array<string>(elements).fill(typeof meta.fill === "string" ? meta.fill : "");
    forEachChunk({ shape: meta.shape, chunks, start, count }, (chunk) => {
      const stored = this.#packed(chunk);
      if (!stored) return;
      const limit = { expected: null, most: Math.min(MOST_TEXT, MOST_UNPACKED * stored.length + SPARE) };
      const texts = decodeTexts(decodeBytes(stored, meta.codecs, limit));
      forEachRun({ chunk, chunks, shape, start }, (from, to, length) => {
        for (let k = 0; k < length; k++) out[to + k] = texts[from + k] ?? "";
      });
    });
    return out;
  }

  #shapeOf(start: number, count: number): number[] {
    const { shape } = this.meta;
    if (shape.length === 0) return [];
    if (start < 0 || count < 0 || start + count > shape[0]) {
      throw new RangeError(`rows [${start}, ${start + count}) are outside its ${shape[0]}`);
    }
    return [count, ...shape.slice(1)];
  }

  /** The stored bytes of a chunk; null where it is missing, which means that all is `fill`. */
  #packed(chunk: readonly number[]): Uint8Array | null {
    if (this.#shards) return this.#shards.read(chunk);
    return this.files.read(`${this.path}/${this.meta.keyOf(chunk)}`.replace(/^\//, ""));
  }

  /** Little-endian, the last dimension fastest. */
  #ordered(plain: Uint8Array, size: number): Uint8Array {
    const { littleEndian, isTransposed, chunks, type } = this.meta;
    const width = type.kind === "unicode" ? 4 : size;
    const swapped = littleEndian || width < 2 ? plain : reversed(plain, width);
    return isTransposed && chunks.length > 1 ? transposed(swapped, chunks, size) : swapped;
  }

  /** Fails when an array claims far more than its files can hold: missing chunks cost nothing to claim. */
  #requirePlausible(claimed: number): void {
    if (claimed <= SPARE) return;
    this.#stored ??= storedBytes(this.files, this.path);
    if (claimed <= MOST_UNPACKED * this.#stored + SPARE) return;
    throw new RangeError(`it claims ${claimed} bytes, its files have ${this.#stored}; it may be damaged`);
  }
}

/** Bytes of all files below a folder. */
function storedBytes(files: ZarrFiles, folder: string): number {
  return files.names(folder).reduce((sum, name) => {
    const key = `${folder}/${name}`;
    return sum + (files.size(key) ?? storedBytes(files, key));
  }, 0);
}

function repeat(target: Uint8Array, pattern: Uint8Array): void {
  for (let at = 0; at < target.length; at += pattern.length) target.set(pattern, at);
}

/** The element that stands where chunks are missing; null where it is all zeros. */
function fillBytes({ fill, type }: ArrayMeta, size: number): Uint8Array | null {
  const number = typeof fill === "boolean" ? Number(fill) : SPECIAL[String(fill)] ?? fill;
  if (typeof number !== "number" || number === 0 || size === 0) return null;
  const view = new DataView(new ArrayBuffer(8));
  if (type.kind === "float") {
    if (size === 8) view.setFloat64(0, number, true);
    else if (size === 4) view.setFloat32(0, number, true);
    else view.setFloat16(0, number, true);
  } else view.setBigInt64(0, BigInt(Math.trunc(number) || 0), true);
  return new Uint8Array(view.buffer, 0, size);
}

const SPECIAL: Readonly<Record<string, number>> = { NaN, Infinity, "-Infinity": -Infinity };

function reversed(bytes: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let at = 0; at + width <= bytes.length; at += width) {
    for (let k = 0; k < width; k++) out[at + k] = bytes[at + width - 1 - k];
  }
  return out;
}

/** From first dimension fastest to last dimension fastest. */
function transposed(bytes: Uint8Array, shape: readonly number[], size: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const index = new Array<number>(shape.length).fill(0);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  for (let from = 0; from < bytes.length; from += size) {
    const to = size * index.reduce((sum, at, axis) => sum + at * strides[axis], 0);
    for (let k = 0; k < size; k++) out[to + k] = bytes[from + k];
    for (let axis = 0; axis < shape.length; axis++) { // count on, the first dimension first
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return out;
}
