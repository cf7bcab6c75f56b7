import type { Table } from "../matrix/mod.ts";

/** A classifier's prediction for each row. */
export interface Prediction {
  /** The most probable class of each row. */
  readonly labels: string[];
  /** The classes in the order of the columns of `probabilities`. */
  readonly classes: readonly string[];
  /** rows x classes, each row summing to one. */
  readonly probabilities: Float32Array;
}

/** A fitted classifier. */
export interface Classifier {
  readonly classes: readonly string[];
  predict(table: Table): Prediction;
}

/** Options of every baseline; all of them are deterministic given the seed. */
export interface FitOptions {
  readonly seed: number;
}

/** Fits a baseline to labelled rows; the compute backend has to be started before. */
export type FitClassifier = (
  table: Table,
  labels: readonly string[],
  options: FitOptions,
) => Classifier;
