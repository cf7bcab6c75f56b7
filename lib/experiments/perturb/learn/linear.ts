import { Matrix, solve } from "ml-matrix";
import type { Learner } from "./learner.ts";
import { dot, type ExactComponents, exactComponents, rowAt } from "../../../matrix/mod.ts";
import { COMPONENTS } from "./changes.ts";

/**
 * The linear model of Ahlmann-Eltze, Huber and Anders (2025), Y = G W P' + b: changes along the first ten principal components G of the
 * training changes, by ridge regression on descriptors P; b is the mean change. P is centred and scaled to a mean squared length
 * of 1.
 */
export const linear: Learner = {
  settings: [0.03, 0.1, 0.3, 1, 3, 10, 30].map((penalty) => ({ penalty })),
  least: 2,
  prepare({ rows }) {
    const scale = centring(rows);
    const table = rows.map(scale);
    const products = new Matrix(table.map((a) => table.map((b) => dot(a, b))));
    return (changes, { penalty }) => {
      const components = exactComponents(changes, { most: COMPONENTS });
      const weights = ridge(products, components.scores, penalty);
      return (own) => {
        const row = scale(own);
        return alongComponents(components, new Matrix([table.map((other) => dot(other, row))]).mmul(weights));
      };
    };
  },
};

/** (P P' + penalty I)^-1 scores: weights of the training rows, by the dual of ridge regression. */
const ridge = (products: Matrix, scores: Matrix, penalty: number): Matrix =>
  solve(Matrix.add(products, Matrix.eye(products.rows).mul(penalty)), scores);

function alongComponents({ mean, loadings }: ExactComponents, scores: Matrix): Float32Array {
  return mean.map((value, gene) => {
    let sum = value;
    for (let k = 0; k < loadings.rows; k++) sum += scores.get(0, k) * rowAt(loadings, k)[gene];
    return sum;
  });
}

/** Takes the mean of the rows away and scales to a mean squared length of 1. */
function centring(rows: readonly Float32Array[]): (row: Float32Array) => Float32Array {
  const mean = rows[0].map((_, k) => rows.reduce((sum, row) => sum + row[k], 0) / rows.length);
  const centre = (row: Float32Array) => row.map((value, k) => value - mean[k]);
  const squared = rows.reduce((sum, row) => sum + dot(centre(row), centre(row)), 0) / rows.length;
  const factor = squared > 0 ? 1 / Math.sqrt(squared) : 0;
  return (row) => centre(row).map((value) => value * factor);
}
