import type { CellModel } from "../../../cell/mod.ts";
import { nameMatcher } from "../../../genes/mod.ts";
import { createRng } from "../../../runtime/mod.ts";
import type { GeneFeatures } from "../describe/genes.ts";
import type { FitPerturbation } from "../model.ts";
import type { NamedFit } from "../run.ts";
import type { PerturbationSet } from "../set.ts";
import { cellModelVectors, CELLS_SEED } from "./cell_vectors.ts";
import { GEARS_EMBEDDINGS, type GearsOptions, type GearsSettings } from "./settings.ts";
import { fitGears } from "./train.ts";

/**
 * GEARS alone, and on what kriging leaves over; with other features than terms in the graph of perturbed genes; and, with a cell
 * model that knows some of the set's genes, on its vectors, on noise of the same width, and on its vectors beside the
 * co-expression graph.
 */
export function gearsFits(
  set: PerturbationSet,
  { cell, features = [], settings = {} }: {
    cell?: CellModel;
    features?: readonly GeneFeatures[];
    settings?: Partial<GearsSettings>;
  },
): NamedFit[] {
  const match = cell && nameMatcher(cell.vocabulary);
  const known = match ? set.genes.filter((gene) => typeof match(gene) !== "string").length : 0;
  const rng = createRng(CELLS_SEED);
  const cellVectors = cell && cellModelVectors(cell, { genes: set.genes, total: set.total, rng });
  const fit = (own: Partial<GearsOptions>): FitPerturbation => (visible, split, options) =>
    fitGears(visible, split, { ...options, ...settings, ...own, cellModel: cell, cellVectors });
  const kinds = GEARS_EMBEDDINGS.filter((embeddings) => embeddings === "none" || known > 0);
  const others = features.filter(({ name }) => name !== "go");
  return [
    ...kinds.map((embeddings) => ({
      name: embeddings === "none" ? "gears" : `gears_${embeddings.replace("+", "_")}`,
      fit: fit({ embeddings }),
    })),
    ...others.map((graph) => ({ name: `gears_graph_${graph.name}`, fit: fit({ graph }) })),
    { name: "gears_prior", fit: fit({ prior: true }) },
  ];
}
