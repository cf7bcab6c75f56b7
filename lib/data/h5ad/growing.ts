import type { ElementSink } from "./store.ts";
import type { NumberArray } from "../../matrix/mod.ts";

/** Elements of a chunk: 256 KB as float32, about 30 cells of 2,000 genes. */
const CHUNK = 1 << 16;

/**
 * A one-dimensional dataset that is written from front to back. Values are handed to HDF5 in whole chunks only:
 * h5wasm closes the dataset after each call, and a chunk written in two parts would be compressed twice.
 */
export class GrowingDataset<T extends Float32Array | Int32Array> {
  #buffer: T;
  #filled = 0;
  #written = 0;

  constructor(readonly file: ElementSink, readonly path: string, { like, gzip }: { like: T; gzip: number }) {
    this.#buffer = emptyLike(like, CHUNK);
    file.createNumbers(path, emptyLike(like, 0), { shape: [0], chunks: [CHUNK], gzip, grow: true });
  }

  push(values: T): void {
    for (let at = 0; at < values.length;) {
      const count = Math.min(CHUNK - this.#filled, values.length - at);
      this.#buffer.set(values.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled === CHUNK) this.flush();
    }
  }

  /** Writes what is left; call it once, after the last push. */
  flush(): void {
    if (this.#filled === 0) return;
    this.file.resize(this.path, [this.#written + this.#filled]);
    this.file.writeNumbers(this.path, this.#buffer.subarray(0, this.#filled), this.#written);
    this.#written += this.#filled;
    this.#filled = 0;
  }
}

const emptyLike = <T extends NumberArray>(like: T, length: number): T =>
  new (like.constructor as new (length: number) => T)(length);
