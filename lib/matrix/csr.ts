import type { Table } from "./table.ts";

/** A block of cells by genes in compressed sparse rows; `indptr` has `rows + 1` entries. */
export interface CsrMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly data: Float32Array;
}

/** The matrix of `rows` x `cols` values in row-major order, keeping what is not zero (NaN included). */
export function csrFromDense(dense: ArrayLike<number>, rows: number, cols: number): CsrMatrix {
  let nnz = 0;
  for (let i = 0; i < rows * cols; i++) if (dense[i] !== 0) nnz++;
  const indptr = new Int32Array(rows + 1);
  const indices = new Int32Array(nnz);
  const data = new Float32Array(nnz);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let col = 0, base = row * cols; col < cols; col++) {
      const value = dense[base + col];
      if (value !== 0) {
        indices[at] = col;
        data[at++] = value;
      }
    }
    indptr[row + 1] = at;
  }
  return { rows, cols, indptr, indices, data };
}

/** Number of values that each row stores. */
export const rowLengths = ({ rows, indptr }: CsrMatrix): Int32Array =>
  Int32Array.from({ length: rows }, (_, row) => indptr[row + 1] - indptr[row]);

/** Rows [start, end) of a matrix, sharing its memory where it can. */
export function sliceRows(matrix: CsrMatrix, start: number, end: number): CsrMatrix {
  const [from, to] = [matrix.indptr[start], matrix.indptr[end]];
  return {
    rows: end - start,
    cols: matrix.cols,
    indptr: matrix.indptr.slice(start, end + 1).map((at) => at - from),
    indices: matrix.indices.subarray(from, to),
    data: matrix.data.subarray(from, to),
  };
}

/** Triplets (row, column, value) in any order as CSR in its {@linkcode canonical} form. */
export function csrFromTriplets(
  triplets: { rows: Int32Array; cols: Int32Array; values: Float32Array },
  shape: { rows: number; cols: number },
): CsrMatrix {
  const byColumn = countingSort(triplets.cols, shape.cols);
  const order = countingSort(triplets.rows, shape.rows, byColumn);
  const indptr = new Int32Array(shape.rows + 1);
  for (const row of triplets.rows) indptr[row + 1]++;
  for (let row = 0; row < shape.rows; row++) indptr[row + 1] += indptr[row];
  return merged({
    ...shape,
    indptr,
    indices: order.map((at) => triplets.cols[at]),
    data: Float32Array.from(order, (at) => triplets.values[at]),
  });
}

/** A stable order of `keys` (each in [0, size)), starting from `order`. */
function countingSort(keys: Int32Array, size: number, order?: Int32Array): Int32Array {
  const offsets = new Int32Array(size + 1);
  for (const key of keys) offsets[key + 1]++;
  for (let i = 0; i < size; i++) offsets[i + 1] += offsets[i];
  const out = new Int32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const item = order ? order[i] : i;
    out[offsets[keys[item]]++] = item;
  }
  return out;
}

/** The matrix with rows and columns exchanged. */
export function transpose(matrix: CsrMatrix): CsrMatrix {
  const { rows, cols, indptr, indices, data } = matrix;
  const rowOf = new Int32Array(indices.length);
  for (let row = 0; row < rows; row++) rowOf.fill(row, indptr[row], indptr[row + 1]);
  return csrFromTriplets({ rows: indices, cols: rowOf, values: data }, { rows: cols, cols: rows });
}

/**
 * The canonical form of a matrix: columns ascending within a row, entries of one position summed (as scipy reads
 * them), no zeros. A matrix that has it is returned as it is; else the given one may be changed.
 *
 * @throws {RangeError} when a column index lies outside the matrix: the file is damaged.
 */
export function canonical(matrix: CsrMatrix): CsrMatrix {
  const { rows, cols, indptr, indices, data } = matrix;
  let isClean = true;
  for (let row = 0; row < rows; row++) {
    const [from, to] = [indptr[row], indptr[row + 1]];
    if (!isAscending(indices, { from, to, cols })) {
      sortRow(indices.subarray(from, to), data.subarray(from, to));
      for (let k = from + 1; isClean && k < to; k++) isClean = indices[k] !== indices[k - 1];
    }
  }
  return isClean && !data.includes(0) ? matrix : merged(matrix);
}

function isAscending(
  indices: Int32Array,
  { from, to, cols }: { from: number; to: number; cols: number },
): boolean {
  let [previous, sorted] = [-1, true];
  for (let k = from; k < to; k++) {
    const col = indices[k];
    if (col < 0 || col >= cols) throw new RangeError(`column index ${col} is outside [0, ${cols})`);
    sorted &&= col > previous;
    previous = col;
  }
  return sorted;
}

function sortRow(indices: Int32Array, data: Float32Array): void {
  const order = Int32Array.from(indices.keys()).sort((a, b) => indices[a] - indices[b]);
  const [oldIndices, oldData] = [indices.slice(), data.slice()];
  order.forEach((from, to) => {
    indices[to] = oldIndices[from];
    data[to] = oldData[from];
  });
}

/** Sorted rows with neighbours of one column summed, and what is zero then left out. */
function merged({ rows, cols, indptr, indices, data }: CsrMatrix): CsrMatrix {
  const ends = new Int32Array(rows + 1);
  const [columns, values] = [new Int32Array(data.length), new Float32Array(data.length)];
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let k = indptr[row]; k < indptr[row + 1];) {
      const column = indices[k];
      let sum = data[k++];
      while (k < indptr[row + 1] && indices[k] === column) sum += data[k++];
      if (sum === 0) continue;
      columns[at] = column;
      values[at++] = sum;
    }
    ends[row + 1] = at;
  }
  return { rows, cols, indptr: ends, indices: columns.subarray(0, at), data: values.subarray(0, at) };
}

/** The columns that `keep` lists, renumbered from 0. */
export const selectColumns = (matrix: CsrMatrix, keep: Int32Array): CsrMatrix =>
  moveColumns(matrix, { placeOf: placesOf(keep, matrix.cols), cols: keep.length });

/** Index in `keep` of each of `cols` columns; -1 for those that are not there. */
function placesOf(keep: ArrayLike<number>, cols: number): Int32Array {
  const placeOf = new Int32Array(cols).fill(-1);
  for (let i = 0; i < keep.length; i++) placeOf[keep[i]] = i;
  return placeOf;
}

/** New indices of the columns. */
export interface ColumnMoves {
  /** Column -> its place among `cols`, or -1: left out. */
  readonly placeOf: Int32Array;
  readonly cols: number;
  /** The value of two columns that go to one place, in their order. Default: the first. */
  readonly join?: (first: number, next: number) => number;
}

/** The same rows over other columns, in the order in which a row stores them. */
export function moveColumns(
  matrix: CsrMatrix,
  { placeOf, cols, join = (first) => first }: ColumnMoves,
): CsrMatrix {
  const indptr = new Int32Array(matrix.rows + 1);
  const indices = new Int32Array(matrix.indices.length);
  const data = new Float32Array(matrix.data.length);
  const entryOf = new Int32Array(cols).fill(-1);
  let at = 0;
  for (let row = 0; row < matrix.rows; row++) {
    for (let k = matrix.indptr[row]; k < matrix.indptr[row + 1]; k++) {
      const column = placeOf[matrix.indices[k]];
      if (column < 0) continue;
      if (entryOf[column] >= indptr[row]) {
        data[entryOf[column]] = join(data[entryOf[column]], matrix.data[k]);
        continue;
      }
      entryOf[column] = at;
      indices[at] = column;
      data[at++] = matrix.data[k];
    }
    indptr[row + 1] = at;
  }
  return { rows: matrix.rows, cols, indptr, indices: indices.subarray(0, at), data: data.subarray(0, at) };
}

/** The columns that `keep` lists as a dense table, in their order. */
export function denseColumns(matrix: CsrMatrix, keep: ArrayLike<number>): Table {
  const placeOf = placesOf(keep, matrix.cols);
  const dense = new Float32Array(matrix.rows * keep.length);
  for (let row = 0; row < matrix.rows; row++) {
    for (let k = matrix.indptr[row]; k < matrix.indptr[row + 1]; k++) {
      const column = placeOf[matrix.indices[k]];
      if (column >= 0) dense[row * keep.length + column] = matrix.data[k];
    }
  }
  return { data: dense, rows: matrix.rows, cols: keep.length };
}

/** One row of a matrix. */
export interface CsrRow {
  readonly matrix: CsrMatrix;
  readonly row: number;
}

/** Rows of one or several matrices of one width as a matrix of their own, in the given order. */
export function gatherRows(picked: readonly CsrRow[], cols: number): CsrMatrix {
  const indptr = new Int32Array(picked.length + 1);
  picked.forEach(({ matrix: { indptr: ends }, row }, i) => {
    indptr[i + 1] = indptr[i] + ends[row + 1] - ends[row];
  });
  const indices = new Int32Array(indptr[picked.length]);
  const data = new Float32Array(indptr[picked.length]);
  picked.forEach(({ matrix, row }, i) => {
    const [from, to] = [matrix.indptr[row], matrix.indptr[row + 1]];
    indices.set(matrix.indices.subarray(from, to), indptr[i]);
    data.set(matrix.data.subarray(from, to), indptr[i]);
  });
  return { rows: picked.length, cols, indptr, indices, data };
}

/** The given rows, in their order. */
export const pickRows = (matrix: CsrMatrix, rows: ArrayLike<number>): CsrMatrix =>
  gatherRows(Array.from(rows, (row) => ({ matrix, row })), matrix.cols);

/** The rows of several matrices one after the other; `cols` counts for none at all. */
export function stackRows(matrices: readonly CsrMatrix[], cols = matrices[0]?.cols ?? 0): CsrMatrix {
  const rows = matrices.reduce((sum, matrix) => sum + matrix.rows, 0);
  const values = matrices.reduce((sum, { data }) => sum + data.length, 0);
  const [indptr, indices, data] = [
    new Int32Array(rows + 1),
    new Int32Array(values),
    new Float32Array(values),
  ];
  let [row, at] = [0, 0];
  for (const matrix of matrices) {
    for (let i = 1; i <= matrix.rows; i++) indptr[row + i] = at + matrix.indptr[i];
    indices.set(matrix.indices, at);
    data.set(matrix.data, at);
    row += matrix.rows;
    at += matrix.data.length;
  }
  return { rows, cols, indptr, indices, data };
}
