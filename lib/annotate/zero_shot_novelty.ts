import { argmax, logSumExpRows } from "../matrix/mod.ts";
import { type Ontology, sameLineIn } from "../ontology/mod.ts";
import { overNeighbours } from "./neighbours.ts";
import type { ZeroShot, ZeroShotEvidence } from "./zero_shot.ts";

/** novelty = 1 / (1 + exp(-(bias - energy * a - markers * b))). */
interface NoveltyWeights {
  readonly bias: number;
  /** Of log sum exp of the scores, averaged over neighbours: small where no class speaks. */
  readonly energy: number;
  /** Of the best marker score on the called type's line: small where the type's own genes are silent. */
  readonly markers: number;
}

/**
 * Fitted to cells of types that walkthrough-heldout does not know (islets of five studies) and that it does (blood, tumours, a
 * spatial panel), each set counting the same; docs/LOG.md has the figures. Both signs are those of single cells and their
 * neighbours: nothing is taken off a whole file, so that a foreign tissue stays foreign.
 */
const WEIGHTS: Record<"with" | "without", NoveltyWeights> = {
  with: { bias: 6.305, energy: 0.987, markers: 0.718 },
  without: { bias: 7.116, energy: 1.407, markers: 0 },
};

/** Dissimilarity of each cell to all classes, in [0, 1]; above 0.5 the cell more likely belongs to none. */
export function zeroShotNovelty(
  { types, scores }: ZeroShotEvidence,
  { probabilities, markers, neighbours }: ZeroShot,
  ontology: Ontology,
): Float32Array {
  const { bias, energy, markers: weight } = markers ? WEIGHTS.with : WEIGHTS.without;
  const width = types.length;
  const own = logSumExpRows(scores, width);
  const energies = neighbours ? overNeighbours(own, neighbours) : own;
  const line = linesOf(types.map(({ id }) => id), ontology);
  return energies.map((value, cell) => {
    const best = argmax(probabilities.subarray(cell * width, (cell + 1) * width));
    const spoken = markers ? Math.max(...line[best].map((type) => markers[cell * width + type])) : 0;
    return 1 / (1 + Math.exp(-(bias - energy * value - weight * spoken)));
  });
}

/** For each type the places of the types on its line of the ontology, its own among them. */
function linesOf(ids: readonly string[], ontology: Ontology): number[][] {
  const sameLine = sameLineIn(ontology);
  return ids.map((id) => [...ids.keys()].filter((place) => sameLine(id, ids[place])));
}
