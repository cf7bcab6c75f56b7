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

/** How many values each row stores. */
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

/** The columns that `keep` lists (ascending), renumbered from 0. */
export function selectColumns(matrix: CsrMatrix, keep: Int32Array): CsrMatrix {
  const target = new Int32Array(matrix.cols).fill(-1);
  keep.forEach((column, i) => target[column] = i);
  const indptr = new Int32Array(matrix.rows + 1);
  const indices = new Int32Array(matrix.indices.length);
  const data = new Float32Array(matrix.data.length);
  let at = 0;
  for (let row = 0; row < matrix.rows; row++) {
    for (let k = matrix.indptr[row]; k < matrix.indptr[row + 1]; k++) {
      const column = target[matrix.indices[k]];
      if (column < 0) continue;
      indices[at] = column;
      data[at++] = matrix.data[k];
    }
    indptr[row + 1] = at;
  }
  return {
    rows: matrix.rows,
    cols: keep.length,
    indptr,
    indices: indices.subarray(0, at),
    data: data.subarray(0, at),
  };
}

/** Pieces of a row-wise array, such as the values of some rows, one after the other in `into`. */
export function concatenate<T extends Int32Array | Float32Array>(pieces: readonly T[], into: T): T {
  let at = 0;
  for (const piece of pieces) {
    into.set(piece, at);
    at += piece.length;
  }
  return into;
}

/** The rows of several matrices one after the other; `cols` counts for none at all. */
export function stackRows(matrices: readonly CsrMatrix[], cols = matrices[0].cols): CsrMatrix {
  const rows = matrices.reduce((sum, matrix) => sum + matrix.rows, 0);
  const values = matrices.reduce((sum, { data }) => sum + data.length, 0);
  const indptr = new Int32Array(rows + 1);
  let [row, before] = [0, 0];
  for (const matrix of matrices) {
    for (let i = 1; i <= matrix.rows; i++) indptr[row + i] = before + matrix.indptr[i];
    row += matrix.rows;
    before += matrix.data.length;
  }
  const indices = concatenate(matrices.map((matrix) => matrix.indices), new Int32Array(values));
  const data = concatenate(matrices.map((matrix) => matrix.data), new Float32Array(values));
  return { rows, cols, indptr, indices, data };
}
