import type { CsrMatrix } from "../../matrix/mod.ts";

/** The same rows over more columns: those named `from` take their places among `to`. */
export function embedColumns(matrix: CsrMatrix, from: readonly string[], to: readonly string[]): CsrMatrix {
  const place = new Map(to.map((name, i) => [name, i]));
  const target = Int32Array.from(from, (name) => place.get(name) ?? -1);
  return { ...matrix, cols: to.length, indices: matrix.indices.map((column) => target[column]) };
}

/** Rows of several matrices in the order that `order` lists them, counted over all; columns ascending. */
export function concatenateRows(matrices: readonly CsrMatrix[], order: Int32Array): CsrMatrix {
  const starts = matrices.map((_, i) => matrices.slice(0, i).reduce((sum, { rows }) => sum + rows, 0));
  const sizes = Int32Array.from(order, (row) => {
    const [matrix, at] = locate(row);
    return matrix.indptr[at + 1] - matrix.indptr[at];
  });
  const indptr = new Int32Array(order.length + 1);
  sizes.forEach((size, i) => indptr[i + 1] = indptr[i] + size);
  const indices = new Int32Array(indptr[order.length]);
  const data = new Float32Array(indptr[order.length]);
  order.forEach((row, i) => {
    const [{ indptr: from, ...matrix }, at] = locate(row);
    const entries = Array.from({ length: sizes[i] }, (_, k) => from[at] + k)
      .sort((a, b) => matrix.indices[a] - matrix.indices[b]);
    entries.forEach((entry, k) => {
      indices[indptr[i] + k] = matrix.indices[entry];
      data[indptr[i] + k] = matrix.data[entry];
    });
  });
  return { rows: order.length, cols: matrices[0]?.cols ?? 0, indptr, indices, data };

  function locate(row: number): [CsrMatrix, number] {
    const which = starts.findLastIndex((start) => start <= row);
    return [matrices[which], row - starts[which]];
  }
}
