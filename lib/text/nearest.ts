import type { TypeEmbeddings } from "./model.ts";

/** A type and how near it is. */
export interface NearType {
  readonly id: string;
  readonly name: string;
  readonly cosine: number;
}

/** The `count` types whose vectors have the highest cosine with `vector`, nearest first. */
export function nearestTypes(types: TypeEmbeddings, vector: ArrayLike<number>, count: number): NearType[] {
  const norm = Math.hypot(...Array.from(vector));
  return types.ids
    .map((id, i) => ({ id, name: types.names[i], cosine: cosineWith(types, i, vector) / norm }))
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, count);
}

/** The cosine of type `row` with `vector`, times the length of `vector`. */
function cosineWith({ vectors, dim }: TypeEmbeddings, row: number, vector: ArrayLike<number>): number {
  let [dot, square] = [0, 0];
  for (let j = 0; j < dim; j++) {
    const value = vectors[row * dim + j];
    dot += value * vector[j];
    square += value * value;
  }
  return dot / Math.sqrt(square);
}
