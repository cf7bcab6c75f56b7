import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { dot, rowAt, type Table } from "./table.ts";

/** The leading principal components of a table of few rows. */
export interface ExactComponents {
  readonly mean: Float32Array;
  /** `[components, cols]`: orthonormal directions, largest variance first. */
  readonly loadings: Table;
  /** rows x components: the centred rows along the directions. */
  readonly scores: Matrix;
}

/**
 * Principal component analysis by the products of rows: Y Y' = U L U', loadings = L^-1/2 U' Y, scores = U L^1/2. At most
 * `most` components, and rows - 1.
 */
export function exactComponents(table: Table, { most }: { most: number }): ExactComponents {
  const { data, rows, cols } = table;
  const mean = Float32Array.from({ length: cols }, (_, k) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += data[row * cols + k];
    return sum / rows;
  });
  const centred = { ...table, data: data.map((value, at) => value - mean[at % cols]) };
  const { values, vectors } = eigenOfProducts(centred);
  const largest = Math.max(...values, 0);
  const kept = [...values.keys()].sort((a, b) => values[b] - values[a]).slice(0, Math.min(most, rows - 1))
    .filter((at) => values[at] > 1e-9 * largest && values[at] > 0);
  const loadings = new Float32Array(kept.length * cols);
  const scores = Matrix.zeros(rows, kept.length);
  kept.forEach((at, component) => {
    for (let i = 0; i < rows; i++) {
      const weight = vectors.get(i, at) / Math.sqrt(values[at]);
      rowAt(centred, i).forEach((value, k) => loadings[component * cols + k] += weight * value);
      scores.set(i, component, vectors.get(i, at) * Math.sqrt(values[at]));
    }
  });
  return { mean, loadings: { data: loadings, rows: kept.length, cols }, scores };
}

function eigenOfProducts(table: Table): { values: number[]; vectors: Matrix } {
  const rows = Array.from({ length: table.rows }, (_, i) => rowAt(table, i));
  const products = new Matrix(rows.map((a) => rows.map((b) => dot(a, b))));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(products, {
    assumeSymmetric: true,
  });
  return { values: realEigenvalues, vectors: eigenvectorMatrix };
}
