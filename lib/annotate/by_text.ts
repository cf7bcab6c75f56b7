import type { Embedder } from "../cell/mod.ts";
import type { Calls } from "./types.ts";
import { argmax, cosines, rowAt, softmaxRows, type Table } from "../matrix/mod.ts";

/**
 * Names cells without any labelled example: the type whose ontology text vector has the largest cosine with the
 * cell's embedding. confidence = softmax(cosine / temperature) of it; novelty = 1 - that cosine, cut to [0, 1].
 */
export function callByText({ types, temperature }: Embedder, embeddings: Table): Calls {
  const similar = cosines(embeddings, types);
  const count = types.rows;
  const novelty = noveltyOf(similar);
  const probabilities = softmaxRows(similar.data.map((cosine) => cosine / temperature), count);
  return {
    types: types.ids.map((id, i) => ({ id, name: types.names[i] })),
    ...bestOf(probabilities, count),
    probabilities,
    novelty,
  };
}

/** 1 - the largest cosine of each row, cut to [0, 1]. */
export const noveltyOf = (cosines: Table): Float32Array =>
  Float32Array.from({ length: cosines.rows }, (_, i) => {
    const row = rowAt(cosines, i);
    return Math.min(1, Math.max(0, 1 - row[argmax(row)]));
  });

/** The most probable column of each row, and its probability. */
export function bestOf(
  probabilities: Float32Array,
  width: number,
): { best: Int32Array; confidence: Float32Array } {
  const rows = probabilities.length / width;
  const best = new Int32Array(rows);
  const confidence = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    const row = probabilities.subarray(i * width, (i + 1) * width);
    best[i] = argmax(row);
    confidence[i] = row[best[i]];
  }
  return { best, confidence };
}
