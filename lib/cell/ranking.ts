import * as tf from "../tensor/mod.ts";
import type { Rng } from "../runtime/mod.ts";

/** The ontology as the ranking loss sees it. */
export interface TypeSpace {
  /** Unit text vectors of all candidate types: `[types, width]`. */
  readonly vectors: tf.Tensor2D;
  /** For each class of the classifier, its row in `vectors`, or -1 when the ontology does not know it. */
  readonly typeOf: Int32Array;
  /** For each class, the rows of the types joined to it by is_a, exact synonym or development. */
  readonly close: readonly (readonly number[])[];
  /** For each class, the rows of the types above and below it, which are no negatives: the label does not rule them out. */
  readonly spared?: readonly (readonly number[])[];
  /** While training, rank as published: see {@linkcode hierarchicalRanking}. Default false. */
  readonly drawn?: boolean;
}

/** Margins of the two hinges (ORIGINAL section 3). */
export const SELF_MARGIN = 0.1;
export const NEGATIVE_MARGIN = 0.2;

/** Cosine similarity of each cell to each type: `[cells, width] x [types, width] -> [cells, types]`. */
export function typeSimilarities(cells: tf.Tensor2D, vectors: tf.Tensor2D): tf.Tensor2D {
  const norm = tf.sqrt(tf.add(tf.sum(tf.square(cells), 1, true), 1e-12));
  return tf.matMul(tf.div(cells, norm) as tf.Tensor2D, vectors, false, true);
}

/**
 * The hierarchical ranking loss `relu(max_close - self + 0.1) + mean relu(neg - max_close + 0.2)`, averaged over
 * the labelled cells; the second mean is over the negatives that violate their margin. All types that are neither
 * the cell's own, nor close to it, nor spared are negatives. A type without close types ranks itself above its negatives instead.
 *
 * With `rngOf` it is the published form (ORIGINAL section 6, defect 4): one random negative a cell, and a random other
 * type stands in where a type has no close ones.
 *
 * @param cells `[cells, width]`
 * @param options.rngOf draws for the cell of a row
 */
export function hierarchicalRanking(
  cells: tf.Tensor2D,
  { space, classes, rngOf }: { space: TypeSpace; classes: Int32Array; rngOf?: (row: number) => Rng },
): tf.Scalar {
  const parts = rngOf
    ? Array.from(classes, (label, row) => partsOf(space, { label, rng: rngOf(row) }))
    : samePartsOf(space, classes);
  const masks = rankingMasks(parts, space.vectors.shape[0]);
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

/** The role of each type for one labelled cell. */
interface Parts {
  readonly self: number;
  /** Those the first hinge compares with; the cell's own type where there is nothing to compare with. */
  readonly anchors: readonly number[];
  readonly negatives: readonly number[];
}

/** {@linkcode partsOf} without draws: once for all cells of a label. */
function samePartsOf(space: TypeSpace, classes: Int32Array): (Parts | null)[] {
  const known = new Map([...new Set(classes)].map((label) => [label, partsOf(space, { label })]));
  return Array.from(classes, (label) => known.get(label) ?? null);
}

/** The parts for a cell; null where it has no label, or its type no text vector. */
function partsOf(space: TypeSpace, { label, rng }: { label: number; rng?: Rng }): Parts | null {
  const self = label < 0 ? -1 : space.typeOf[label];
  if (self < 0) return null;
  const close = space.close[label];
  const near = new Set([...close, ...rng ? [] : space.spared?.[label] ?? []]);
  const others = Array.from({ length: space.vectors.shape[0] }, (_, type) => type).filter((it) =>
    it !== self
  );
  const far = others.filter((type) => !near.has(type));
  if (!rng) return { self, anchors: close.length > 0 ? close : [self], negatives: far };
  return {
    self,
    anchors: close.length > 0 ? close : [rng.choice(others)],
    negatives: [rng.choice(far.length > 0 ? far : others)],
  };
}

/** The parts of all cells as 0/1 tensors of `[cells, types]` or `[cells]`. */
function rankingMasks(parts: readonly (Parts | null)[], types: number) {
  const mask = (of: (part: Parts) => readonly number[]) => {
    const ones = new Float32Array(parts.length * types);
    parts.forEach((part, row) => part && of(part).forEach((type) => ones[row * types + type] = 1));
    return tf.tensor2d(ones, [parts.length, types]);
  };
  const flag = (of: (part: Parts) => boolean) =>
    tf.tensor1d(Float32Array.from(parts, (part) => part && of(part) ? 1 : 0));
  return {
    self: mask((part) => [part.self]),
    anchor: mask((part) => part.anchors),
    negative: mask((part) => part.negatives),
    labelled: flag(() => true),
    hasClose: flag(({ self, anchors }) => !anchors.includes(self)),
    counted: parts.filter((part) => part !== null).length,
  };
}
