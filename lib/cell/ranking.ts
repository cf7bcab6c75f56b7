import * as tf from "@tensorflow/tfjs";
import { matMul } from "../kernels/mod.ts";

/** The ontology as the ranking loss sees it. */
export interface TypeSpace {
  /** Unit text vectors of all candidate types: `[types, width]`. */
  readonly vectors: tf.Tensor2D;
  /** For each class of the classifier, its row in `vectors`, or -1 when the ontology does not know it. */
  readonly typeOf: Int32Array;
  /** For each class, the rows of the types joined to it by is_a, exact synonym or development. */
  readonly close: readonly (readonly number[])[];
}

/** Margins of the two hinges (ORIGINAL section 3). */
export const SELF_MARGIN = 0.1;
export const NEGATIVE_MARGIN = 0.2;

/** Cosine similarity of each cell to each type: `[cells, width] x [types, width] -> [cells, types]`. */
export function typeSimilarities(cells: tf.Tensor2D, vectors: tf.Tensor2D): tf.Tensor2D {
  const norm = tf.sqrt(tf.add(tf.sum(tf.square(cells), 1, true), 1e-12));
  return matMul(tf.div(cells, norm), vectors, { transposeB: true }) as tf.Tensor2D;
}

/**
 * The hierarchical ranking loss `relu(max_close - self + 0.1) + mean relu(neg - max_close + 0.2)`, averaged over
 * the labelled cells; the second mean is over the negatives that violate their margin. The original draws one
 * negative a cell in a Python loop (ORIGINAL section 6, defect 4); here all types that are neither the cell's own
 * nor close to it are negatives. A type without close types ranks itself above its negatives instead.
 *
 * @param cells `[cells, width]`
 */
export function hierarchicalRanking(
  cells: tf.Tensor2D,
  { space, classes }: { space: TypeSpace; classes: Int32Array },
): tf.Scalar {
  const masks = rankingMasks(space, classes);
  if (masks.counted === 0) return tf.scalar(0);
  const similarity = typeSimilarities(cells, space.vectors);
  const self = tf.sum(tf.mul(similarity, masks.self), 1);
  const far = tf.sub(masks.anchor, 1); // 0 at anchors, -1 elsewhere
  const anchor = tf.max(tf.add(similarity, tf.mul(far, 4)), 1); // cosines differ by at most 2
  const order = tf.mul(tf.relu(tf.add(tf.sub(anchor, self), SELF_MARGIN)), masks.hasClose);
  const excess = tf.mul(
    tf.relu(tf.add(tf.sub(similarity, tf.expandDims(anchor, 1)), NEGATIVE_MARGIN)),
    masks.negative,
  );
  const violations = tf.maximum(tf.sum(tf.step(excess), 1), 1);
  const perCell = tf.mul(tf.add(order, tf.div(tf.sum(excess, 1), violations)), masks.labelled);
  return tf.div(tf.sum(perCell), masks.counted);
}

/** Which types play which part for each cell, as 0/1 tensors of `[cells, types]` or `[cells]`. */
function rankingMasks(space: TypeSpace, classes: Int32Array) {
  const types = space.vectors.shape[0];
  const shape: [number, number] = [classes.length, types];
  const self = new Float32Array(classes.length * types);
  const anchor = new Float32Array(classes.length * types);
  const negative = new Float32Array(classes.length * types);
  const labelled = new Float32Array(classes.length);
  const hasClose = new Float32Array(classes.length);
  classes.forEach((label, row) => {
    const type = label < 0 ? -1 : space.typeOf[label];
    if (type < 0) return;
    const close = space.close[label];
    labelled[row] = 1;
    hasClose[row] = close.length > 0 ? 1 : 0;
    self[row * types + type] = 1;
    negative.fill(1, row * types, (row + 1) * types);
    negative[row * types + type] = 0;
    for (const other of close.length > 0 ? close : [type]) {
      anchor[row * types + other] = 1;
      negative[row * types + other] = 0;
    }
  });
  return {
    self: tf.tensor2d(self, shape),
    anchor: tf.tensor2d(anchor, shape),
    negative: tf.tensor2d(negative, shape),
    labelled: tf.tensor1d(labelled),
    hasClose: tf.tensor1d(hasClose),
    counted: labelled.reduce((sum, one) => sum + one, 0),
  };
}
