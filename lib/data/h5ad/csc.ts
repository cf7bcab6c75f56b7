import type { ElementStore } from "./store.ts";
import { type CsrMatrix, sliceRows } from "../../matrix/mod.ts";
import { checked, damaged, requirePointers } from "./checks.ts";
import { Window } from "./window.ts";
import type { MatrixReader } from "./matrix_reader.ts";

/** Values that a block of rows turned into CSR may hold: 256 MB of indices and values. */
const BLOCK = 1 << 25;
/** Values read at a time while streaming the columns. */
const STRIDE = 1 << 20;

/**
 * Rows of a matrix that is stored by columns. One pass over the indices counts the values of each row; after that
 * a block of rows that holds at most 2^25 values is turned into CSR by streaming the whole matrix once. A matrix
 * that fits into one block costs two passes in all; a larger one costs one more pass for each further block, so
 * read it in order of rows.
 */
export function cscReader(
  file: ElementStore,
  matrix: Omit<MatrixReader, "format" | "read">,
  budget = BLOCK,
): MatrixReader {
  const { path, rows, cols } = matrix;
  const pointers = file.numbers(`${path}/indptr`, Float64Array);
  requirePointers(file, { path, pointers, length: cols + 1 });
  let counts: Int32Array | null = null;
  let block: { low: number; high: number; csr: CsrMatrix } | null = null;
  const read = (start: number, end: number): CsrMatrix => {
    counts ??= countRows(file, { path, rows, nnz: pointers[cols] });
    if (!block || start < block.low || end > block.high) {
      const high = blockEnd(counts, { start, end, budget });
      block = { low: start, high, csr: gatherRows(file, { path, pointers, counts, low: start, high }) };
    }
    return sliceRows(block.csr, start - block.low, end - block.low);
  };
  return { ...matrix, format: "csc", read };
}

function countRows(
  file: ElementStore,
  { path, rows, nnz }: { path: string; rows: number; nnz: number },
): Int32Array {
  const counts = new Int32Array(rows);
  const indices = new Window(file, `${path}/indices`, Int32Array);
  for (let at = 0; at < nnz; at += STRIDE) {
    for (const row of indices.read(at, Math.min(at + STRIDE, nnz))) counts[row]++;
  }
  if (counts.reduce((a, b) => a + b, 0) !== nnz) {
    throw damaged(file, path, "a row index is outside its shape");
  }
  return counts;
}

/** The first row after `start` at which the block is full, at least `end`. */
function blockEnd(
  counts: Int32Array,
  { start, end, budget }: { start: number; end: number; budget: number },
): number {
  let values = 0;
  let row = start;
  while (row < counts.length && (row < end || values + counts[row] <= budget)) values += counts[row++];
  return row;
}

interface Gather {
  readonly path: string;
  readonly pointers: Float64Array;
  readonly counts: Int32Array;
  readonly low: number;
  readonly high: number;
}

function gatherRows(file: ElementStore, { path, pointers, counts, low, high }: Gather): CsrMatrix {
  const cols = pointers.length - 1;
  const indptr = new Int32Array(high - low + 1);
  for (let row = low; row < high; row++) indptr[row - low + 1] = indptr[row - low] + counts[row];
  const next = indptr.slice();
  const indices = new Int32Array(indptr[high - low]);
  const data = new Float32Array(indptr[high - low]);
  const [rowsOf, valuesOf] = [
    new Window(file, `${path}/indices`, Int32Array),
    new Window(file, `${path}/data`, Float32Array),
  ];
  let col = 0;
  for (let at = 0; at < pointers[cols]; at += STRIDE) {
    const to = Math.min(at + STRIDE, pointers[cols]);
    const [rows, values] = [rowsOf.read(at, to), valuesOf.read(at, to)];
    for (let k = 0; k < rows.length; k++) {
      while (at + k >= pointers[col + 1]) col++;
      const row = rows[k];
      if (row < low || row >= high) continue;
      indices[next[row - low]] = col;
      data[next[row - low]++] = values[k];
    }
  }
  return checked(file, path, { rows: high - low, cols, indptr, indices, data });
}
