import { type CellMap, mapCells, placeCells } from "../cell/mod.ts";
import type { Annotation } from "./annotate.ts";

const maps = new WeakMap<Annotation, CellMap>();

/** The cells of an answer on a plane, of many a sample: the report and the file show the same. */
export function mapOf(annotation: Annotation): CellMap {
  const map = maps.get(annotation) ?? mapCells(annotation.embeddings, { seed: annotation.seed });
  maps.set(annotation, map);
  return map;
}

/** Places of all cells, row after row: those of the map, and the others where their nearest cells on it lie. */
export const placesOfAll = (annotation: Annotation): Float32Array =>
  placeCells(annotation.embeddings, mapOf(annotation));
