import * as tf from "../tensor/mod.ts";
import { EigenvalueDecomposition, Matrix, QrDecomposition } from "ml-matrix";
import type { Rng } from "../runtime/mod.ts";
import { type Table, tableOf, tensorOf } from "./table.ts";

/** Further random directions, and rounds of sharpening them, that make the leading components exact to a few digits. */
const OVERSAMPLED = 10;
const ROUNDS = 5;

/**
 * The scores of the leading principal components, `[rows, components]`: X_c V, X_c the table less its column means and V its
 * first right singular vectors; by randomised subspace iteration (Halko, Martinsson and Tropp 2011, algorithm 4.4). The sign of
 * a component is arbitrary. Fewer components where the table has fewer rows or columns.
 */
export function principalComponents(
  table: Table,
  { components, rng }: { components: number; rng: Rng },
): Table {
  const kept = Math.min(components, table.rows, table.cols);
  const tried = Math.min(kept + OVERSAMPLED, table.rows, table.cols);
  const x = tf.tidy(() => {
    const raw = tensorOf(table);
    return tf.sub(raw, tf.mean(raw, 0)) as tf.Tensor2D;
  });
  try {
    let basis = orthonormal(Matrix.from1DArray(table.cols, tried, draws(table.cols * tried, rng)));
    for (let round = 0; round < ROUNDS; round++) {
      basis = orthonormal(product(x, product(x, basis, false), true));
    }
    const scores = product(x, basis, false); // X_c Q; its singular values are those of X_c in the span of Q
    const rotation = leadingEigenvectors(scores.transpose().mmul(scores), kept);
    return tableOf(Float32Array.from(scores.mmul(rotation).to1DArray()), kept);
  } finally {
    x.dispose();
  }
}

/**
 * The loadings V of the scores S = X V of centred rows, `[cols, components]`: X' S / ||s||^2, column by column. Centring X
 * changes nothing, for S sums to zero.
 */
export function loadingsOf(table: Table, scores: Table): Table {
  const data = tf.tidy(() => {
    const s = tensorOf(scores);
    const lengths = tf.maximum(tf.sum(tf.square(s), 0), 1e-12);
    return tf.div(tf.matMul(tensorOf(table), s, true), lengths).dataSync<"float32">();
  });
  return tableOf(data, scores.cols);
}

const draws = (count: number, rng: Rng): number[] => Array.from({ length: count }, () => rng.normal());

const orthonormal = (matrix: Matrix): Matrix => new QrDecomposition(matrix).orthogonalMatrix;

/** `x m`, or `x' m` where transposed. */
function product(x: tf.Tensor2D, matrix: Matrix, transposed: boolean): Matrix {
  const { rows, columns } = matrix;
  const values = tf.tidy(() => {
    const right = tf.tensor2d(Float32Array.from(matrix.to1DArray()), [rows, columns]);
    return tf.matMul(x, right, transposed).dataSync<"float32">();
  });
  return Matrix.from1DArray(values.length / columns, columns, values);
}

/** Columns of the largest eigenvalues of a symmetric matrix, largest first. */
function leadingEigenvectors(matrix: Matrix, count: number): Matrix {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  const order = [...realEigenvalues.keys()].sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  return eigenvectorMatrix.subMatrixColumn(order.slice(0, count));
}
