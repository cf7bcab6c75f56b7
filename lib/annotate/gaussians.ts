import { CholeskyDecomposition, inverse, Matrix } from "ml-matrix";
import type { Table } from "../matrix/mod.ts";

/** Squared Mahalanobis distances of some rows. */
export interface GaussianDistances {
  /** To the nearest class. */
  readonly nearest: Float32Array;
  /** To the nearest class less that to all rows as one class. */
  readonly relative: Float32Array;
}

/** Weight of the spherical covariance that each covariance is shrunk towards, so that few rows suffice. */
const SHRINKAGE = 0.1;

/**
 * One Gaussian a class with a covariance in common (Lee et al. 2018), and one for all rows, whose distance is subtracted to
 * cancel directions that say nothing of classes (Ren et al. 2021).
 *
 * @param codes class of each row of the table, from 0
 */
export function fitGaussians(
  table: Table,
  codes: Int32Array,
): (rows: Table) => GaussianDistances {
  const classes = 1 + codes.reduce((most, code) => Math.max(most, code), 0);
  const within = fitOne(table, codes, classes);
  const all = fitOne(table, new Int32Array(table.rows), 1);
  return (rows) => {
    const nearest = distancesTo(rows, within);
    const background = distancesTo(rows, all);
    return { nearest, relative: nearest.map((distance, i) => distance - background[i]) };
  };
}

/** A covariance as the map that makes it round, and the means in its image. */
interface Gaussians {
  /** classes x cols. */
  readonly means: Float64Array;
  /** cols x cols, lower triangular: L^-1 of the covariance L L'. */
  readonly whiten: Float64Array;
}

function fitOne({ data, rows, cols }: Table, codes: Int32Array, classes: number): Gaussians {
  const means = new Float64Array(classes * cols);
  const counts = new Float64Array(classes);
  codes.forEach((code, row) => {
    counts[code]++;
    for (let j = 0; j < cols; j++) means[code * cols + j] += data[row * cols + j];
  });
  means.forEach((sum, at) => means[at] = sum / Math.max(1, counts[Math.floor(at / cols)]));
  const rest = new Matrix(rows, cols);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < cols; j++) rest.set(row, j, data[row * cols + j] - means[codes[row] * cols + j]);
  }
  const covariance = rest.transpose().mmul(rest).div(rows);
  const round = Math.max(covariance.trace() / cols, 1e-12);
  const shrunk = covariance.mul(1 - SHRINKAGE).add(Matrix.eye(cols, cols, SHRINKAGE * round));
  const whiten = Float64Array.from(
    inverse(new CholeskyDecomposition(shrunk).lowerTriangularMatrix).to1DArray(),
  );
  const image = new Float64Array(means.length);
  for (let at = 0; at < means.length; at += cols) {
    image.set(lowerProduct(whiten, means.subarray(at, at + cols)), at);
  }
  return { means: image, whiten };
}

function distancesTo({ data, rows, cols }: Table, { means, whiten }: Gaussians): Float32Array {
  const nearest = new Float32Array(rows).fill(Infinity);
  for (let row = 0; row < rows; row++) {
    const image = lowerProduct(whiten, data.subarray(row * cols, (row + 1) * cols));
    for (let mean = 0; mean < means.length; mean += cols) {
      let squared = 0;
      for (let j = 0; j < cols; j++) squared += (image[j] - means[mean + j]) ** 2;
      nearest[row] = Math.min(nearest[row], squared);
    }
  }
  return nearest;
}

/** L x of a lower triangular matrix. */
function lowerProduct(lower: Float64Array, x: Float32Array | Float64Array): Float64Array {
  const width = x.length;
  const product = new Float64Array(width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) product[i] += lower[i * width + j] * x[j];
  }
  return product;
}
