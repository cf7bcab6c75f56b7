import type { CsrMatrix } from "../../lib/matrix/mod.ts";

/** The same matrix as row-major values. */
export function denseFromCsr({ rows, cols, indptr, indices, data }: CsrMatrix): Float32Array {
  const dense = new Float32Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    for (let k = indptr[row]; k < indptr[row + 1]; k++) dense[row * cols + indices[k]] = data[k];
  }
  return dense;
}
