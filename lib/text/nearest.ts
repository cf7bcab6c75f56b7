import { dot, rowAt, smallest } from "../matrix/mod.ts";
import type { TypeVectors } from "./model.ts";

/** A type and how near it is. */
export interface NearType {
  readonly id: string;
  readonly name: string;
  readonly cosine: number;
}

/** The `count` types whose vectors have the highest cosine with `vector`, nearest first. */
export function nearestTypes(types: TypeVectors, vector: Float32Array, count: number): NearType[] {
  const norm = Math.hypot(...vector);
  const cosines = types.ids.map((_, row) => {
    const own = rowAt(types, row);
    return dot(own, vector) / Math.sqrt(dot(own, own)) / norm;
  });
  return smallest(cosines.map((cosine) => -cosine), count)
    .map((row) => ({ id: types.ids[row], name: types.names[row], cosine: cosines[row] }));
}
