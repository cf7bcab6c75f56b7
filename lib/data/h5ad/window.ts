import type { ElementStore } from "./store.ts";

type Target = Float32ArrayConstructor | Int32ArrayConstructor;

/** Elements that a sequential reader fetches ahead: 4 MB as float32. */
const AHEAD = 1 << 20;

/**
 * A dataset read by slices. Where the file's chunks have to be read by h5wasm, which keeps none between calls, they
 * are seen through one cached stretch of rows that starts and ends on chunk boundaries: reading on from where the
 * last call ended fetches about a million elements ahead, a jump only the requested elements.
 */
export class Window<T extends Target> {
  readonly #width: number;
  readonly #chunk: number;
  readonly #total: number;
  readonly #isDirect: boolean;
  #low = 0;
  #high = 0;
  #next = 0;
  #values: InstanceType<T>;

  constructor(readonly file: ElementStore, readonly path: string, readonly target: T) {
    const { shape, chunks } = file.info(path);
    this.#width = (shape ?? [0]).slice(1).reduce((a, b) => a * b, 1);
    this.#total = shape?.[0] ?? 0;
    this.#chunk = chunks?.[0] ?? 1;
    this.#isDirect = file.readsChunks(path);
    this.#values = new target(0) as InstanceType<T>;
  }

  /** Rows [start, end), in memory of their own. */
  read(start: number, end: number): InstanceType<T> {
    if (this.#isDirect) return this.file.numbers(this.path, this.target, { start, count: end - start });
    if (start < this.#low || end > this.#high) this.#fetch(start, end);
    this.#next = end;
    const from = (start - this.#low) * this.#width;
    return this.#values.slice(from, from + (end - start) * this.#width) as InstanceType<T>;
  }

  #fetch(start: number, end: number): void {
    const ahead = start === this.#next ? Math.floor(AHEAD / Math.max(this.#width, 1)) : 0;
    const low = Math.floor(start / this.#chunk) * this.#chunk;
    const high = Math.ceil(Math.max(end, start + ahead) / this.#chunk) * this.#chunk;
    this.#low = low;
    this.#high = Math.min(high, this.#total);
    this.#values = this.file.numbers(this.path, this.target, { start: low, count: this.#high - low });
  }
}
