import type { Embedder } from "../cell/mod.ts";
import { cosines, softmaxRows, type Table, takeRows } from "../matrix/mod.ts";

/** The model's knowledge of types by their ontology text. */
export type TextKnowledge = Pick<Embedder, "types" | "temperature">;

/**
 * softmax(cosine / temperature) over those of the classes that the text knows, which share the probability
 * known / classes; a class that it does not know has 1 / classes. `[cells, classes]`.
 */
export function textProbabilities(
  cells: Table,
  classes: readonly string[],
  { types, temperature }: TextKnowledge,
): Float32Array {
  const shares = new Float32Array(cells.rows * classes.length).fill(1 / classes.length);
  const rowOf = new Map(types.ids.map((id, row) => [id, row]));
  const known = [...classes.keys()].filter((k) => rowOf.has(classes[k]));
  if (known.length === 0) return shares;
  const similar = cosines(cells, takeRows(types, known.map((k) => rowOf.get(classes[k]) ?? 0)));
  const among = softmaxRows(similar.data.map((cosine) => cosine / temperature), known.length);
  const share = known.length / classes.length;
  for (let at = 0; at < among.length; at++) {
    const cell = Math.floor(at / known.length);
    shares[cell * classes.length + known[at % known.length]] = share * among[at];
  }
  return shares;
}
