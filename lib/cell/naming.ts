import * as tf from "../tensor/mod.ts";
import type { TypeVectors } from "./model.ts";

/** Only the named types, in the order asked for; ids without a vector are left out. */
export function selectTypes(types: TypeVectors, ids: readonly string[]): TypeVectors {
  const row = new Map(types.ids.map((id, i) => [id, i]));
  const rows = ids.flatMap((id) => row.get(id) ?? []);
  const vectors = new Float32Array(rows.length * types.dim);
  rows.forEach((from, to) => {
    vectors.set(types.vectors.subarray(from * types.dim, (from + 1) * types.dim), to * types.dim);
  });
  return {
    ids: rows.map((i) => types.ids[i]),
    names: rows.map((i) => types.names[i]),
    dim: types.dim,
    vectors,
  };
}

/** Rows of `[rows, width]` scaled to length one; a row of zeros stays. */
export function unitRows(vectors: Float32Array, width: number): Float32Array {
  const unit = Float32Array.from(vectors);
  for (let at = 0; at < unit.length; at += width) {
    const row = unit.subarray(at, at + width);
    const length = Math.hypot(...row) || 1;
    for (let i = 0; i < width; i++) row[i] /= length;
  }
  return unit;
}

/** Rows of one width, row after row. */
export interface Rows {
  readonly vectors: Float32Array;
  readonly width: number;
}

/** Rows that one product takes, so that its result stays small. */
const CHUNK = 4096;

/** Cosine of every cell with every direction: `[cells, directions]`, row-major; a row of zeros has cosine 0. */
export function cosines(cells: Rows, directions: Rows): Float32Array {
  const { width } = cells;
  const [rows, columns] = [cells, directions].map(({ vectors }) => vectors.length / width);
  const to = tf.tensor2d(unitRows(directions.vectors, width), [columns, width]);
  const unit = unitRows(cells.vectors, width);
  const out = new Float32Array(rows * columns);
  for (let start = 0; start < rows; start += CHUNK) {
    const block = unit.subarray(start * width, (start + CHUNK) * width);
    const from = () => tf.tensor2d(block, [block.length / width, width]);
    out.set(tf.tidy(() => tf.matMul(from(), to, false, true).dataSync()), start * columns);
  }
  to.dispose();
  return out;
}

/** Cosine of every cell with every type: `[cells, types]`. */
export const textSimilarities = (cells: Float32Array, { dim, vectors }: TypeVectors): Float32Array =>
  cosines({ vectors: cells, width: dim }, { vectors, width: dim });

/**
 * The temperature at which `softmax(similarity / T)` gives the true types the highest likelihood, by golden-section
 * search of log T in [0.005, 5].
 *
 * @param similarities `[cells, types]`
 * @param truth column of each cell's true type; cells with -1 are left out
 */
export function fitTemperature(similarities: Float32Array, truth: Int32Array): number {
  const loss = (logT: number) => negativeLogLikelihood(similarities, truth, Math.exp(logT));
  let [low, high] = [Math.log(0.005), Math.log(5)];
  const golden = (Math.sqrt(5) - 1) / 2;
  while (high - low > 1e-3) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}

function negativeLogLikelihood(similarities: Float32Array, truth: Int32Array, temperature: number): number {
  const types = similarities.length / truth.length;
  let loss = 0;
  truth.forEach((type, row) => {
    if (type < 0) return;
    const logits = similarities.subarray(row * types, (row + 1) * types).map((s) => s / temperature);
    const max = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - max), 0);
    loss += Math.log(sum) + max - logits[type];
  });
  return loss;
}
