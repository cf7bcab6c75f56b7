import { type FeatureTable, softmaxRows } from "../baselines/mod.ts";
import { cosines, type Embedder } from "../cell/mod.ts";

/** What the model knows of types by their ontology text. */
export type TextKnowledge = Pick<Embedder, "types" | "temperature">;

/**
 * softmax(cosine / temperature) over those of the classes that the text knows, which share the probability
 * known / classes; a class that it does not know has 1 / classes. `[cells, classes]`.
 */
export function textProbabilities(
  cells: FeatureTable,
  classes: readonly string[],
  { types, temperature }: TextKnowledge,
): Float32Array {
  const shares = new Float32Array(cells.rows * classes.length).fill(1 / classes.length);
  const rowOf = new Map(types.ids.map((id, row) => [id, row]));
  const known = [...classes.keys()].filter((k) => rowOf.has(classes[k]));
  if (known.length === 0) return shares;
  const vectors = new Float32Array(known.length * types.dim);
  known.forEach((k, i) =>
    vectors.set(rowAt(types.vectors, rowOf.get(classes[k]) ?? 0, types.dim), i * types.dim)
  );
  const embeddings = { vectors: cells.features, rows: cells.rows, width: cells.cols };
  const similar = cosines(embeddings, { vectors, width: types.dim });
  const among = softmaxRows(similar.map((cosine) => cosine / temperature), known.length);
  const share = known.length / classes.length;
  for (let at = 0; at < among.length; at++) {
    const cell = Math.floor(at / known.length);
    shares[cell * classes.length + known[at % known.length]] = share * among[at];
  }
  return shares;
}

const rowAt = (vectors: Float32Array, row: number, width: number): Float32Array =>
  vectors.subarray(row * width, (row + 1) * width);
