import { fileError } from "../../runtime/mod.ts";
import { fileBytes } from "./bytes.ts";
import { MOST_INFLATED, requireFile } from "../hdf5/check.ts";
import { csrFromTriplets, type CsrMatrix } from "../../matrix/mod.ts";

interface Header {
  readonly rows: number;
  readonly cols: number;
  readonly entries: number;
  readonly pattern: boolean;
}

/**
 * A MatrixMarket coordinate file (general, real, integer or pattern) as CSR with one row a cell. `rowsAre` is asked
 * with the file's shape what its rows are.
 *
 * Format: Boisvert, Pozo, Remington (1996), "The Matrix Market Exchange Formats", NISTIR 5935.
 *
 * @throws {KcellfmError} tag "file", with the line at fault.
 */
export async function parseMatrixMarket(
  path: string,
  rowsAre: (shape: { rows: number; cols: number }) => "genes" | "cells",
): Promise<CsrMatrix> {
  const lines = new NumberLines(path);
  const header = await lines.header();
  const byGene = rowsAre(header) === "genes";
  const { size } = requireFile(path);
  if (header.entries * SHORTEST > MOST_INFLATED * size) {
    throw lines.error(`it announces ${header.entries} entries, more than its ${size} bytes can hold`);
  }
  const [first, second] = [new Int32Array(header.entries), new Int32Array(header.entries)];
  const values = new Float32Array(header.entries);
  let at = 0;
  for await (const batch of lines.batches(header.pattern ? 2 : 3)) {
    for (let k = 0; k < batch.length; k += header.pattern ? 2 : 3, at++) {
      const [row, col] = [batch[k] - 1, batch[k + 1] - 1];
      if (at >= header.entries) throw lines.error(`more than the ${header.entries} entries it announces`);
      if (!(row >= 0 && row < header.rows && col >= 0 && col < header.cols)) {
        throw lines.error(
          `entry ${at + 1} is at (${row + 1}, ${col + 1}), outside ${header.rows} x ${header.cols}`,
        );
      }
      first[at] = row;
      second[at] = col;
      values[at] = header.pattern ? 1 : batch[k + 2];
    }
  }
  if (at !== header.entries) throw lines.error(`it announces ${header.entries} entries and holds ${at}`);
  return byGene
    ? csrFromTriplets({ rows: second, cols: first, values }, { rows: header.cols, cols: header.rows })
    : csrFromTriplets({ rows: first, cols: second, values }, { rows: header.rows, cols: header.cols });
}

const NEWLINE = 10;
/** Bytes of the shortest entry, "1 1" and a new line. */
const SHORTEST = 4;
/** Bytes that a line, or the pieces of the file that end in it, have at most: what has no lines is no such file. */
const LONGEST = 1 << 24;

/** A text file as a header and then batches of the numbers on its lines. */
class NumberLines {
  readonly #pieces: AsyncGenerator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);
  #done = false;

  constructor(readonly path: string) {
    this.#pieces = fileBytes(path);
  }

  error(why: string) {
    return fileError(`Cannot read ${this.path}: ${why}`);
  }

  /** The banner, then the size line after the comments. */
  async header(): Promise<Header> {
    const banner = (await this.#line() ?? "").toLowerCase().trim().split(/\s+/);
    if (banner[0] !== "%%matrixmarket" || banner[2] !== "coordinate" || banner[4] !== "general") {
      throw this.error("it does not start with %%MatrixMarket matrix coordinate ... general");
    }
    let line = await this.#line();
    while (line !== null && (line.startsWith("%") || line.trim() === "")) line = await this.#line();
    const [rows, cols, entries] = (line ?? "").trim().split(/\s+/).map(Number);
    if (![rows, cols, entries].every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 31)) {
      throw this.error(`its size line "${line ?? ""}" is not three whole numbers`);
    }
    return { rows, cols, entries, pattern: banner[3] === "pattern" };
  }

  async #line(): Promise<string | null> {
    let end = this.#rest.indexOf(NEWLINE);
    while (end < 0 && await this.#more()) end = this.#rest.indexOf(NEWLINE);
    if (end < 0) return null;
    const line = new TextDecoder().decode(this.#rest.subarray(0, end));
    this.#rest = this.#rest.subarray(end + 1);
    return line;
  }

  async #more(): Promise<boolean> {
    if (this.#rest.length > LONGEST) throw this.error("a line does not end within 16 MiB");
    const next = await this.#pieces.next();
    if (next.done) return false;
    const joined = new Uint8Array(this.#rest.length + next.value.length);
    joined.set(this.#rest);
    joined.set(next.value, this.#rest.length);
    this.#rest = joined;
    return true;
  }

  /** The numbers of whole lines at a time; every line must have `fields` of them. */
  async *batches(fields: number): AsyncGenerator<Float64Array> {
    while (!this.#done) {
      this.#done = !await this.#more();
      const end = this.#done ? this.#rest.length : this.#rest.lastIndexOf(NEWLINE) + 1;
      const numbers = parseNumbers(this.#rest.subarray(0, end));
      if (numbers.length % fields !== 0 || numbers.includes(NaN)) {
        throw this.error(`a line does not hold ${fields} numbers`);
      }
      this.#rest = this.#rest.slice(end);
      yield numbers;
    }
  }
}

/** Whitespace-separated numbers; short runs of digits, nearly all there is, without going through strings. */
function parseNumbers(bytes: Uint8Array): Float64Array {
  const numbers = new Float64Array((bytes.length >> 1) + 1);
  const decoder = new TextDecoder();
  let count = 0;
  for (let at = 0; at < bytes.length;) {
    if (bytes[at] <= 32) {
      at++;
      continue;
    }
    const start = at;
    let value = 0;
    while (at < bytes.length && bytes[at] >= 48 && bytes[at] <= 57) value = value * 10 + bytes[at++] - 48;
    const isWhole = (at === bytes.length || bytes[at] <= 32) && at - start <= 15;
    while (at < bytes.length && bytes[at] > 32) at++;
    numbers[count++] = isWhole ? value : Number(decoder.decode(bytes.subarray(start, at)));
  }
  return numbers.subarray(0, count);
}
