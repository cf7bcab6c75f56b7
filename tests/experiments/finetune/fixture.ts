import { type CellModel, cellPreset } from "../../../lib/cell/mod.ts";
import { simulateAtlas } from "../../../lib/simulate/mod.ts";
import { symbolVocabulary } from "../../../lib/genes/mod.ts";
import { loadOntology } from "../../../lib/ontology/mod.ts";
import { createRng } from "../../../lib/runtime/mod.ts";
import {
  type ExperimentSet,
  randomStart,
  type StartingPoint,
  valuesOf,
} from "../../../lib/experiments/finetune/mod.ts";
import type { TypeVectors } from "../../../lib/text/mod.ts";
import { tableOf } from "../../../lib/matrix/mod.ts";

export const ontology = await loadOntology(null);

/** Two T cells, a B cell, a monocyte: two that are close and two that are not. */
export const TYPES = ["CL:0000624", "CL:0000625", "CL:0000236", "CL:0000576"];

/** Simulated cells of four types and three donors, as an experiment set. */
export function simulatedSet({ cells = 160, genes = 120, seed = 4 } = {}): ExperimentSet {
  const source = simulateAtlas(
    ontology,
    { cells, genes, types: TYPES, donors: 3, depth: 2000, rarity: 0.3 },
    createRng(seed),
  );
  const column = (name: string) => source.obs.values(name).map(String);
  const labels = column("cell_type");
  const ids = column("cell_type_ontology_term_id");
  return {
    name: "simulated",
    real: false,
    sha256: null,
    source,
    values: valuesOf(source),
    labels,
    groups: column("donor"),
    terms: new Map(labels.map((label, i) => [label, ids[i]])),
  };
}

/** An untrained nano model that knows the set's genes and has a random text vector for each type. */
export function nanoStart(
  { source }: ExperimentSet,
  overrides: Partial<CellModel["config"]> = {},
): StartingPoint {
  const symbols = source.varNames;
  const vocabulary = symbolVocabulary(symbols);
  const config = { ...cellPreset("nano"), ...overrides };
  const rng = createRng(8);
  const vectors = Float32Array.from({ length: TYPES.length * config.width }, () => rng.normal());
  const types: TypeVectors = { ids: TYPES, names: TYPES, ...tableOf(vectors, config.width) };
  return { ...randomStart({ config, vocabulary, types }, rng.split("params")), name: "nano" };
}
