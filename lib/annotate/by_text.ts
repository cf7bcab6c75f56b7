import { argmax, softmaxRows } from "../baselines/mod.ts";
import { type Embedder, type Embeddings, textSimilarities } from "../cell/mod.ts";
import type { Calls } from "./types.ts";

/**
 * Names cells without any labelled example: the type whose ontology text vector has the largest cosine with the
 * cell's embedding. confidence = softmax(cosine / temperature) of it; novelty = 1 - that cosine, cut to [0, 1].
 */
export function callByText({ types, temperature }: Embedder, embeddings: Embeddings): Calls {
  const cosines = textSimilarities(embeddings.vectors, types);
  const count = types.ids.length;
  const novelty = noveltyOf(cosines, count);
  for (let at = 0; at < cosines.length; at++) cosines[at] /= temperature;
  const probabilities = softmaxRows(cosines, count);
  return {
    types: types.ids.map((id, i) => ({ id, name: types.names[i] })),
    ...bestOf(probabilities, count),
    probabilities,
    novelty,
  };
}

/** 1 - the largest cosine of each row, cut to [0, 1]. */
export function noveltyOf(cosines: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: cosines.length / width }, (_, i) => {
    const row = cosines.subarray(i * width, (i + 1) * width);
    return Math.min(1, Math.max(0, 1 - row[argmax(row)]));
  });
}

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
