import type { FeatureTable } from "./types.ts";

/** Mean and inverse standard deviation of each feature; a constant feature keeps the scale 1. */
export interface Scaling {
  readonly mean: Float32Array;
  readonly inverseSd: Float32Array;
}

/** Measures the features of `table`: sd with n in the denominator, as scikit-learn's StandardScaler. */
export function measureScaling({ features, rows, cols }: FeatureTable): Scaling {
  const sum = new Float64Array(cols);
  const squares = new Float64Array(cols);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < cols; j++) sum[j] += features[at++];
  const mean = Float32Array.from(sum, (total) => total / rows);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) squares[j] += (features[at++] - mean[j]) ** 2;
  }
  return {
    mean,
    inverseSd: Float32Array.from(squares, (total) => total > 0 ? 1 / Math.sqrt(total / rows) : 1),
  };
}

/** (x - mean) / sd of each feature. */
export function standardise(
  { features, rows, cols }: FeatureTable,
  { mean, inverseSd }: Scaling,
): FeatureTable {
  const scaled = new Float32Array(features.length);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) scaled[at] = (features[at] - mean[j]) * inverseSd[j];
  }
  return { features: scaled, rows, cols };
}
