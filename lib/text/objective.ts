import * as tf from "../tensor/mod.ts";
import { embed } from "../kernels/mod.ts";
import type { LossWeights } from "./config.ts";
import { encodeParts, relationVectors, type TextParams, type TextPass } from "./encoder.ts";
import type { TextBatch } from "./examples.ts";
import { contrastLoss, graphLoss, relationLoss } from "./losses.ts";

/** Temperature of the contrast; SapBERT's 0.07 gave less on development splits. */
const TEMPERATURE = 0.05;

/** The training loss and its parts before weighting. */
export interface TextLoss {
  readonly total: tf.Scalar;
  readonly parts: Record<string, tf.Scalar>;
}

/**
 * `w_relation * relationLoss + w_contrast * (contrast of triples + contrast of definitions) + w_graph * graphLoss`;
 * the first is the paper's, the others are ours.
 */
export function textLoss(
  params: TextParams,
  batch: TextBatch,
  pass: TextPass & { weights: LossWeights },
): TextLoss {
  const { weights } = pass;
  const vectors = encodeParts(params, batch.texts, pass);
  const triples = tripleVectors(vectors, relationVectors(params, pass), batch);
  const parts: Record<string, tf.Scalar> = {};
  if (weights.relation > 0) parts.relation = relationLoss(triples);
  if (weights.contrast > 0) {
    const moved = tf.add(triples.heads, triples.relations) as tf.Tensor2D;
    const keep = Int32Array.from(batch.disjoint, (disjoint) => 1 - disjoint);
    const options = { negatives: triples.negatives, temperature: TEMPERATURE, keep };
    parts.contrast = tf.add(
      contrastLoss(moved, triples.tails, options),
      definitionLoss(params, { vectors, batch }, pass),
    );
  }
  if (weights.graph > 0 && batch.terms.length > 2) {
    const terms = rowsOf(vectors, batch.terms);
    parts.graph = graphLoss(terms, tf.tensor2d(batch.ranks, [batch.terms.length, batch.terms.length]));
  }
  return { total: weightedSum(parts, weights), parts };
}

const rowsOf = (vectors: tf.Tensor2D, rows: Int32Array) =>
  embed(vectors, tf.tensor1d(rows, "int32")) as tf.Tensor2D;

function tripleVectors(vectors: tf.Tensor2D, relations: tf.Tensor2D, batch: TextBatch) {
  const { candidates = batch.tails } = batch;
  const tails = rowsOf(vectors, batch.tails);
  return {
    heads: rowsOf(vectors, batch.heads),
    relations: rowsOf(relations, batch.relations),
    tails,
    candidates: batch.candidates ? rowsOf(vectors, candidates) : tails,
    negatives: tf.tensor2d(batch.negatives, [batch.heads.length, candidates.length]),
    disjoint: tf.tensor1d(batch.disjoint),
  };
}

/** Names should find their own definition among those of the batch. */
function definitionLoss(
  params: TextParams,
  { vectors, batch }: { vectors: tf.Tensor2D; batch: TextBatch },
  pass: TextPass,
): tf.Scalar {
  if (batch.defined.length < 2) return tf.scalar(0);
  const names = rowsOf(vectors, batch.defined);
  const definitions = encodeParts(params, batch.definitions, pass);
  const negatives = tf.sub(1, tf.eye(batch.defined.length)) as tf.Tensor2D;
  return contrastLoss(names, definitions, { negatives, temperature: TEMPERATURE });
}

function weightedSum(parts: Record<string, tf.Scalar>, weights: LossWeights): tf.Scalar {
  const terms = Object.entries(parts).map(([name, part]) => tf.mul(part, weights[name as keyof LossWeights]));
  return tf.addN(terms) as tf.Scalar;
}
