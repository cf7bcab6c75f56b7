import { decodeBytes } from "./codecs.ts";
import type { ZarrFiles } from "./files.ts";
import type { ArrayMeta, Shards } from "./types.ts";

/** Of a chunk that is not there. */
const MISSING = 2n ** 64n - 1n;

/**
 * Chunks that lie together in larger files, each with an index of pairs (offset, bytes).
 *
 * Format: Zarr codec `sharding_indexed` 1.0.
 */
export class ShardReader {
  #last: { readonly key: string; readonly index: DataView } | null = null;
  readonly #across: readonly number[];

  constructor(
    readonly files: ZarrFiles,
    readonly path: string,
    readonly meta: ArrayMeta,
    readonly shards: Shards,
  ) {
    this.#across = shards.shape.map((size, axis) => size / meta.chunks[axis]);
  }

  /** The stored bytes of a chunk; null where it is missing. */
  read(chunk: readonly number[]): Uint8Array | null {
    const shard = chunk.map((place, axis) => Math.floor(place / this.#across[axis]));
    const key = `${this.path}/${this.meta.keyOf(shard)}`.replace(/^\//, "");
    const index = this.#indexOf(key);
    if (!index) return null;
    const inside = chunk.reduce(
      (sum, place, axis) => sum * this.#across[axis] + place % this.#across[axis],
      0,
    );
    const [start, length] = [
      index.getBigUint64(16 * inside, true),
      index.getBigUint64(16 * inside + 8, true),
    ];
    if (start === MISSING && length === MISSING) return null;
    const size = this.files.size(key) ?? 0;
    if (start + length > BigInt(size)) throw new RangeError("a chunk lies outside its shard");
    return this.files.read(key, { start: Number(start), length: Number(length) });
  }

  #indexOf(key: string): DataView | null {
    if (this.#last?.key === key) return this.#last.index;
    const size = this.files.size(key);
    if (size === null) return null;
    const expected = 16 * this.#across.reduce((a, b) => a * b, 1);
    const length = expected + (this.shards.index.some(({ name }) => name === "crc32c") ? 4 : 0);
    if (length > size) throw new RangeError("a shard has no index");
    const start = this.shards.indexAtStart ? 0 : size - length;
    const stored = this.files.read(key, { start, length });
    if (!stored) return null;
    const bytes = decodeBytes(stored, this.shards.index, { expected, most: expected });
    const index = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#last = { key, index };
    return index;
  }
}
