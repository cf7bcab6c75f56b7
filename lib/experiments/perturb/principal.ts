import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { FeatureTable } from "../../baselines/mod.ts";
import { dot } from "./vectors.ts";

/** The first principal parts of a table of few rows. */
export interface PrincipalParts {
  /** How many there are: at most ten, and rows - 1. */
  readonly count: number;
  readonly mean: Float32Array;
  /** count x cols: orthonormal directions, largest variance first. */
  readonly loadings: Float32Array;
  /** rows x count: the centred rows along the directions. */
  readonly scores: Matrix;
}

/** Parts that are kept, as in Ahlmann-Eltze 2025. */
const MOST = 10;

/** Principal component analysis by the products of rows: Y Y' = U L U', loadings = L^-1/2 U' Y, scores = U L^1/2. */
export function principalParts({ features, rows, cols }: FeatureTable): PrincipalParts {
  const mean = Float32Array.from({ length: cols }, (_, k) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += features[row * cols + k];
    return sum / rows;
  });
  const centred = features.map((value, at) => value - mean[at % cols]);
  const row = (i: number) => centred.subarray(i * cols, (i + 1) * cols);
  const products = Array.from(
    { length: rows },
    (_, i) => Array.from({ length: rows }, (_, j) => dot(row(i), row(j))),
  );
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(
    new Matrix(products),
    {
      assumeSymmetric: true,
    },
  );
  const largest = Math.max(...values, 0);
  const kept = [...values.keys()].sort((a, b) => values[b] - values[a]).slice(0, Math.min(MOST, rows - 1))
    .filter((at) => values[at] > 1e-9 * largest && values[at] > 0);
  const loadings = new Float32Array(kept.length * cols);
  kept.forEach((at, part) => {
    for (let i = 0; i < rows; i++) {
      const weight = vectors.get(i, at) / Math.sqrt(values[at]);
      const own = row(i);
      for (let k = 0; k < cols; k++) loadings[part * cols + k] += weight * own[k];
    }
  });
  const scores = Matrix.zeros(rows, kept.length);
  kept.forEach((at, part) => {
    for (let i = 0; i < rows; i++) scores.set(i, part, vectors.get(i, at) * Math.sqrt(values[at]));
  });
  return { count: kept.length, mean, loadings, scores };
}
