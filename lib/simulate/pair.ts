import type { Ontology } from "../ontology/mod.ts";
import type { Rng } from "../runtime/mod.ts";
import { simulateAtlas } from "./atlas.ts";
import type { AtlasOptions, SimulatedAtlas } from "./types.ts";

/** A labelled reference and a query of the same types, from other donors and batches. */
export interface SimulatedPair {
  readonly reference: SimulatedAtlas;
  readonly query: SimulatedAtlas;
}

/**
 * A substitute for real data in annotation: two atlases of the same biology and the same genes whose
 * donors, batches and cells differ.
 *
 * @param options of each of the two; `name` and `sample` are set here.
 */
export function simulatePair(ontology: Ontology, options: AtlasOptions, rng: Rng): SimulatedPair {
  const draw = (sample: string) =>
    simulateAtlas(ontology, { ...options, name: `simulated ${sample}`, sample }, rng);
  return { reference: draw("reference"), query: draw("query") };
}
