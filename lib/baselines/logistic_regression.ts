import * as tf from "../tensor/mod.ts";
import { type EncodedLabels, encodeLabels, requireColumns, toPrediction } from "./labels.ts";
import { minimise } from "./lbfgs.ts";
import type { Classifier, FitOptions, Prediction } from "./types.ts";
import { measureScaling, softmaxRows, standardise, type Table } from "../matrix/mod.ts";

/** A linear map from features to classes. */
export interface LinearMap {
  readonly classes: readonly string[];
  /** features x classes. */
  readonly weights: Float32Array;
  readonly intercepts: Float32Array;
}

/** Weights of a multinomial logistic regression, for standardised features. */
export interface LogisticRegression extends Classifier, LinearMap {}

/** Options of the regression, with the strength of its penalty. */
export interface LogisticOptions extends FitOptions {
  /** Inverse strength of the penalty, as scikit-learn's C; default 1. */
  readonly c?: number;
  /** Scale each feature to mean 0 and sd 1 of the training rows first; default true. */
  readonly standardise?: boolean;
  /** Done when no entry of the gradient of the mean loss is larger; default 1e-4, as scikit-learn. */
  readonly tolerance?: number;
}

/**
 * Multinomial logistic regression with an L2 penalty, to the optimum:
 * minimise ||W||^2 / 2 + C sum_i -log softmax(x_i W + b)[y_i], the intercepts b free.
 * It is scikit-learn's LogisticRegression(C); with two classes too the softmax form is kept, so there the
 * penalty on the difference of the two weight vectors is half of scikit-learn's.
 */
export function fitLogisticRegression(
  table: Table,
  labels: readonly string[],
  { c = 1, standardise: scaled = true, tolerance = 1e-4 }: LogisticOptions,
): LogisticRegression {
  const encoded = encodeLabels(table, labels);
  const scaling = scaled ? measureScaling(table) : null;
  const prepare = (raw: Table) => scaling ? standardise(raw, scaling) : raw;
  const solution = solve(prepare(table), encoded, { c, tolerance });
  const { classes } = encoded;
  const split = table.cols * classes.length;
  const weights = Float32Array.from(solution.subarray(0, split));
  const intercepts = Float32Array.from(solution.subarray(split));
  return {
    classes,
    weights,
    intercepts,
    predict(query) {
      requireColumns(query, table.cols);
      return predictLinear({ classes, weights, intercepts }, prepare(query));
    },
  };
}

/** softmax(x W + b) of each row. */
export function predictLinear(map: LinearMap, table: Table): Prediction {
  return toPrediction(map.classes, softmaxRows(linearScores(map, table), map.classes.length));
}

/** x W + b of each row, rows x classes. */
export function linearScores({ classes, weights, intercepts }: LinearMap, table: Table): Float32Array {
  requireColumns(table, weights.length / classes.length);
  return scoresOf(table, weights, intercepts);
}

/** The flat optimum: weights (features x classes), then intercepts. The loss is divided by C n, a pure scaling. */
function solve(
  table: Table,
  { classes, codes }: EncodedLabels,
  { c, tolerance }: { c: number; tolerance: number },
): Float64Array {
  const { rows, cols } = table;
  const split = cols * classes.length;
  const x = tf.tensor2d(table.data, [rows, cols]);
  const penalty = 1 / (c * rows);
  const evaluate = (point: Float64Array) => {
    const residuals = scoresFrom(x, point, split);
    let value = errorsInPlace(residuals, codes, classes.length) / rows;
    const gradient = new Float64Array(point.length);
    gradient.set(transposedProduct(x, residuals, classes.length));
    for (let i = 0; i < residuals.length; i++) gradient[split + i % classes.length] += residuals[i];
    for (let j = 0; j < point.length; j++) gradient[j] /= rows;
    for (let j = 0; j < split; j++) {
      gradient[j] += penalty * point[j];
      value += penalty * point[j] ** 2 / 2;
    }
    return { value, gradient };
  };
  try {
    return minimise(new Float64Array(split + classes.length), evaluate, { tolerance, steps: 300 });
  } finally {
    x.dispose();
  }
}

/** Turns scores into softmax - one-hot in place and answers with the summed cross-entropy. */
function errorsInPlace(scores: Float32Array, codes: Int32Array, width: number): number {
  softmaxRows(scores, width);
  let loss = 0;
  for (let i = 0; i < codes.length; i++) {
    const at = i * width + codes[i];
    loss -= Math.log(Math.max(scores[at], 1e-30));
    scores[at] -= 1;
  }
  return loss;
}

function scoresFrom(x: tf.Tensor2D, point: Float64Array, split: number): Float32Array {
  const weights = Float32Array.from(point.subarray(0, split));
  return product(x, weights, Float32Array.from(point.subarray(split)));
}

function scoresOf(
  { data, rows, cols }: Table,
  weights: Float32Array,
  intercepts: Float32Array,
): Float32Array {
  const x = tf.tensor2d(data, [rows, cols]);
  const scores = product(x, weights, intercepts);
  x.dispose();
  return scores;
}

function product(x: tf.Tensor2D, weights: Float32Array, intercepts: Float32Array): Float32Array {
  return tf.tidy(() => {
    const w = tf.tensor2d(weights, [x.shape[1], intercepts.length]);
    return tf.add(tf.matMul(x, w), tf.tensor1d(intercepts)).dataSync<"float32">();
  });
}

function transposedProduct(x: tf.Tensor2D, residuals: Float32Array, width: number): Float32Array {
  return tf.tidy(() => {
    const r = tf.tensor2d(residuals, [x.shape[0], width]);
    return tf.matMul(x, r, true).dataSync<"float32">();
  });
}
