import type { CellSource } from "../../data/mod.ts";
import { genesOfMarkers, readMarkerTable } from "../../genes/mod.ts";
import { tableSource } from "../finetune/mod.ts";
import type { SpatialCells } from "./types.ts";

/**
 * Coded values of tissue cells under the genes of their markers.
 *
 * @throws {KcellfmError} tag "data", when a marker has no gene.
 */
export function markerSource(
  { name, markers, kind }: SpatialCells,
  features: Float32Array,
  options: { readonly genes: readonly string[]; readonly markers?: string },
): CellSource {
  const symbols = genesOfMarkers(markers, {
    table: readMarkerTable(options.markers),
    genes: options.genes,
    where: name,
    optional: kind === "log1p",
  });
  return tableSource({ name, symbols, features });
}
