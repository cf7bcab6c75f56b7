import * as tf from "../tensor/mod.ts";
import { softmaxCrossEntropy } from "../kernels/mod.ts";

/** Margins and weights of the original's relation loss (ORIGINAL section 4). */
export const RELATION_LOSS = {
  margin: 0.5,
  /** A true pair closer than this is pushed back a little, against collapse. */
  floor: 0.1,
  floorWeight: 0.3,
  disjointMargin: 1,
  disjointWeight: 0.5,
} as const;

/** A batch of triples: row i says that `heads[i]` stands in `relations[i]` to `tails[i]`. */
export interface TripleVectors {
  /** `[batch, dim]` each. */
  readonly heads: tf.Tensor2D;
  readonly relations: tf.Tensor2D;
  readonly tails: tf.Tensor2D;
  /** The candidates that a true tail is compared with, `[candidates, dim]`; default `tails`. */
  readonly candidates?: tf.Tensor2D;
  /** `[batch, candidates]`: 1 where candidate j is a wrong tail for row i, 0 elsewhere. */
  readonly negatives: tf.Tensor2D;
  /** `[batch]`: 1 where the relation says that head and tail are disjoint. */
  readonly disjoint: tf.Tensor1D;
}

/**
 * The original's translation loss over the wrong tails that `negatives` marks, d = |h + r - t|:
 * `mean_j relu(d_i - d_ij + 0.5) + 0.3 relu(0.1 - d_i)`, and `relu(1 - d_i) + 0.5 exp(-d_i)` for disjoint pairs.
 *
 * Source: TransE (Bordes et al. 2013); constants from ORIGINAL section 4. The original draws one negative tail,
 * which may be true; here no known tail is marked as wrong.
 */
export function relationLoss(triples: TripleVectors): tf.Scalar {
  const { heads, relations, tails, candidates = tails, negatives, disjoint } = triples;
  const { margin, floor, floorWeight, disjointMargin, disjointWeight } = RELATION_LOSS;
  const moved = tf.add(heads, relations) as tf.Tensor2D;
  const near = rowNorms(tf.sub(moved, tails) as tf.Tensor2D); // [batch]
  const far = distances(moved, candidates); // [batch, candidates]
  const hinge = tf.relu(tf.add(tf.sub(tf.expandDims(near, 1), far), margin));
  const counts = tf.maximum(tf.sum(negatives, 1), 1);
  const ranking = tf.div(tf.sum(tf.mul(hinge, negatives), 1), counts);
  const joined = tf.add(ranking, tf.mul(tf.relu(tf.sub(floor, near)), floorWeight));
  const apart = tf.add(tf.relu(tf.sub(disjointMargin, near)), tf.mul(tf.exp(tf.neg(near)), disjointWeight));
  return tf.mean(tf.add(tf.mul(joined, tf.sub(1, disjoint)), tf.mul(apart, disjoint)));
}

/** Euclidean lengths of rows; the small term keeps the gradient finite at 0. */
const rowNorms = (x: tf.Tensor2D): tf.Tensor1D => tf.sqrt(tf.add(tf.sum(tf.square(x), 1), 1e-6));

/** Euclidean distances between the rows of `a` and of `b`, `[rows a, rows b]`. */
export function distances(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const squares = tf.add(tf.sum(tf.square(a), 1, true), tf.reshape(tf.sum(tf.square(b), 1), [1, -1]));
  const products = tf.matMul(a, b, false, true);
  return tf.sqrt(tf.add(tf.relu(tf.sub(squares, tf.mul(products, 2))), 1e-6));
}

/** Rows scaled to length 1. */
export const unitRows = (x: tf.Tensor2D): tf.Tensor2D => tf.div(x, tf.expandDims(rowNorms(x), 1));

/** Options of the contrastive loss. */
export interface ContrastOptions {
  /** `[rows, rows]`: 1 where key j is a wrong answer for query i. The diagonal is the right one. */
  readonly negatives: tf.Tensor2D;
  readonly temperature: number;
  /** Rows to leave out, 1 to keep: `[rows]`. Default: all are kept. */
  readonly keep?: Int32Array;
}

/**
 * InfoNCE: cross-entropy of picking key i for query i among the wrong keys of the batch, by cosine over temperature.
 *
 * Source: van den Oord et al. 2018; for synonyms SapBERT's alternative loss (Liu et al. 2021).
 */
export function contrastLoss(queries: tf.Tensor2D, keys: tf.Tensor2D, options: ContrastOptions): tf.Scalar {
  const { negatives, temperature, keep } = options;
  const rows = queries.shape[0];
  const cosines = tf.matMul(unitRows(queries), unitRows(keys), false, true);
  const allowed = tf.maximum(negatives, tf.eye(rows));
  const logits = tf.sub(tf.div(cosines, temperature), tf.mul(tf.sub(1, allowed), 1e4)) as tf.Tensor2D;
  const labels = Int32Array.from({ length: rows }, (_, i) => (keep && keep[i] === 0 ? -1 : i));
  return softmaxCrossEntropy(logits, tf.tensor1d(labels, "int32"), { ignore: -1 });
}

/**
 * One minus the mean correlation, row by row and without the diagonal, between the cosines of `vectors` and the
 * ranks of a similarity that the ontology gives: what Spearman's coefficient measures, made differentiable.
 *
 * @param ranks `[rows, rows]`, each row standardised off the diagonal, 0 on it.
 */
export function graphLoss(vectors: tf.Tensor2D, ranks: tf.Tensor2D): tf.Scalar {
  const rows = vectors.shape[0];
  const unit = unitRows(vectors);
  const offDiagonal = tf.sub(1, tf.eye(rows));
  const cosines = tf.mul(tf.matMul(unit, unit, false, true), offDiagonal);
  const means = tf.div(tf.sum(cosines, 1, true), rows - 1);
  const centred = tf.mul(tf.sub(cosines, means), offDiagonal);
  const deviations = tf.sqrt(tf.add(tf.div(tf.sum(tf.square(centred), 1), rows - 1), 1e-8));
  const covariances = tf.div(tf.sum(tf.mul(centred, ranks), 1), rows - 1);
  return tf.sub(1, tf.mean(tf.div(covariances, deviations)));
}
