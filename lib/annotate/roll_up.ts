import { ancestors, type CellType, depths, type Ontology } from "../ontology/mod.ts";
import { usageError } from "../runtime/mod.ts";

/** The label of a cell that is too novel to be given a type. */
export const UNKNOWN: CellType = { name: "unknown", id: "" };

/** Above this a cell is likelier to be of no type than of one. */
export const NOVEL = 0.5;

/** The summed probability that an answer has to reach unless another is requested. */
export const CONFIDENCE = 0.5;

/** The most specific answer that is sure enough, for every cell. */
export interface RolledUp {
  /** The types that could be called, the terms above them, and {@linkcode UNKNOWN}. */
  readonly types: readonly CellType[];
  /** Place in `types` of each cell's answer. */
  readonly place: Int32Array;
  /** Summed probability of it; 0 for unknown. */
  readonly probability: Float32Array;
  /** Summed probability that was asked for. */
  readonly confidence: number;
}

/** The answers to roll up. */
export interface Answers {
  readonly types: readonly CellType[];
  /** Cells x types. */
  readonly probabilities: Float32Array;
  readonly novelty: Float32Array;
}

/** A smaller probability changes no answer. */
const NEGLIGIBLE = 1e-4;

/**
 * Rolls each cell's answer up the ontology: to the deepest term whose own and descendants' probabilities sum to `confidence`
 * at least, so that a cell torn between two kinds of T cell becomes a T cell. A cell with novelty above 0.5, or
 * whose types have no term in common, is unknown. Depth is the longest way to the root; of terms equally deep the more
 * probable one is taken, and of those above the same types only the deepest counts.
 *
 * @throws {KcellfmError} tag "usage", unless 0.5 <= confidence <= 1: below, two unrelated terms could both be sure enough.
 */
export function rollUp(
  answers: Answers,
  { ontology, confidence = CONFIDENCE }: { ontology: Ontology; confidence?: number },
): RolledUp {
  requireConfidence(confidence);
  const { types, above, order } = hierarchyOf(answers.types, ontology);
  const sums = new Float64Array(types.length);
  const { novelty, probabilities } = answers;
  const width = answers.types.length;
  const place = new Int32Array(novelty.length).fill(types.length);
  const probability = new Float32Array(novelty.length);
  novelty.forEach((novel, cell) => {
    if (novel > NOVEL) return;
    sums.fill(0);
    const row = probabilities.subarray(cell * width, (cell + 1) * width);
    row.forEach((p, type) => {
      if (p >= NEGLIGIBLE) { for (const at of above[type]) sums[at] += p; }
    });
    const found = deepest(order, sums, confidence);
    if (found === null) return;
    place[cell] = found;
    probability[cell] = Math.min(1, sums[found]);
  });
  return { types: [...types, UNKNOWN], place, probability, confidence };
}

/** Fails unless two answers that are sure enough have to share a type. */
export function requireConfidence(confidence: number): void {
  if (confidence >= 0.5 && confidence <= 1) return;
  throw usageError(`Cannot roll up to a confidence of ${confidence}: expected a number from 0.5 to 1`);
}

interface Hierarchy {
  /** The types that can be called, then the terms above them. */
  readonly types: readonly CellType[];
  /** For each type that can be called, the places of itself and of all above it. */
  readonly above: readonly (readonly number[])[];
  /** Places by depth, deepest first; those of one depth together. */
  readonly order: readonly (readonly number[])[];
}

function hierarchyOf(called: readonly CellType[], ontology: Ontology): Hierarchy {
  const depthOf = depths(ontology);
  const below = new Map<string, number[]>();
  called.forEach(({ id }, type) => {
    if (!ontology.terms.has(id)) return;
    for (const term of ancestors(ontology, id).keys()) below.set(term, [...below.get(term) ?? [], type]);
  });
  const own = new Set(called.map(({ id }) => id));
  const terms = deepestOfEach([...below].filter(([id]) => !own.has(id)), depthOf);
  const types = [...called, ...terms.map((id) => ({ id, name: ontology.terms.get(id)?.name ?? id }))];
  const placeOf = new Map(types.map(({ id }, place) => [id, place]));
  const above = called.map(({ id }, type) => {
    const higher = ontology.terms.has(id) ? [...ancestors(ontology, id).keys()] : [];
    return [type, ...higher.flatMap((term) => placeOf.get(term) ?? [])];
  });
  const depthAt = (place: number) => depthOf.get(types[place].id) ?? Infinity; // a label of one's own is a leaf
  const byDepth = Map.groupBy(types.keys(), depthAt);
  return { types, above, order: [...byDepth].sort((a, b) => b[0] - a[0]).map(([, places]) => places) };
}

/** Of terms above the same types, the deepest; among equals the first id. */
function deepestOfEach(
  terms: readonly (readonly [string, readonly number[]])[],
  depthOf: ReadonlyMap<string, number>,
): string[] {
  const groups = Map.groupBy(terms, ([, types]) => types.join(","));
  const depth = (id: string) => depthOf.get(id) ?? 0;
  return [...groups.values()].map((group) =>
    group.map(([id]) => id).sort((a, b) => depth(b) - depth(a) || (a < b ? -1 : 1))[0]
  );
}

function deepest(order: Hierarchy["order"], sums: Float64Array, confidence: number): number | null {
  for (const places of order) {
    const best = places.reduce((top, place) => sums[place] > sums[top] ? place : top);
    if (sums[best] >= confidence) return best;
  }
  return null;
}
