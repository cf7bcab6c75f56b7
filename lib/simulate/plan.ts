import { ancestors, type Ontology } from "../ontology/mod.ts";
import { dataError, type Rng } from "../runtime/mod.ts";
import type { MarkerTable } from "./programs.ts";

/** A type gets at least so many cells where there are cells for it. */
const FEWEST = 3;

/**
 * `count` cell types at random: those with marker genes of their own first, then leaves of the graph. The order
 * is the order of abundance.
 *
 * @throws {KcellfmError} tag "data", when the ontology has fewer such types.
 */
export function chooseTypes(
  ontology: Ontology,
  { count, markers }: { count: number; markers: MarkerTable },
  rng: Rng,
): string[] {
  const stream = rng.split("types");
  const ids = [...ontology.terms.values()].filter((term) => !term.obsolete).map((term) => term.id);
  const marked = ids.filter((id) => markers.has(id));
  const leaves = ids.filter((id) => !markers.has(id) && (ontology.children.get(id)?.length ?? 0) === 0);
  const candidates = [...stream.shuffle(marked), ...stream.shuffle(leaves)];
  if (candidates.length < count) {
    throw dataError(
      `Cannot choose ${count} cell types: ${ontology.source} has ${candidates.length} to choose from`,
    );
  }
  return candidates.slice(0, count);
}

/** Marker genes that the types have or inherit, own ones first. */
export function markersAmong(
  ontology: Ontology,
  { ids, markers }: { ids: readonly string[]; markers: MarkerTable },
): string[] {
  const lineage = new Set([...ids, ...ids.flatMap((id) => [...ancestors(ontology, id).keys()])]);
  return [...new Set([...lineage].flatMap((id) => markers.get(id) ?? []))];
}

/**
 * Which of `groups` each cell is of: the k-th group has cells in proportion to 1/k^exponent, at least three if
 * there are enough, in random order.
 */
export function assignByPowerLaw(
  cells: number,
  { groups, exponent }: { groups: number; exponent: number },
  rng: Rng,
): Int32Array {
  const fewest = Math.min(FEWEST, Math.floor(cells / groups));
  const weights = Array.from({ length: groups }, (_, k) => 1 / (k + 1) ** exponent);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const free = cells - fewest * groups;
  const ends: number[] = [];
  let share = 0;
  for (const [k, weight] of weights.entries()) {
    share += weight / sum;
    ends.push(k === groups - 1 ? cells : fewest * (k + 1) + Math.round(free * share));
  }
  const assigned = new Int32Array(cells);
  ends.forEach((end, k) => assigned.fill(k, k === 0 ? 0 : ends[k - 1], end));
  return rng.shuffle(assigned);
}

/** Factor of each gene in a group of cells: exp(N(0, sd)) from a stream of the group's and the gene's name. */
export function drawEffect(
  genes: readonly string[],
  { label, sd }: { label: string; sd: number },
  rng: Rng,
): Float32Array {
  const stream = rng.split(label);
  return Float32Array.from(genes, () => Math.exp(sd * stream.normal()));
}

const TISSUES: readonly (readonly [string, string])[] = [
  ["CL:0000988", "blood"],
  ["CL:0002319", "brain"],
  ["CL:0000115", "vasculature"],
  ["CL:0000187", "muscle"],
  ["CL:0000039", "gonad"],
  ["CL:0000066", "epithelium"],
  ["CL:0002320", "connective tissue"],
];

/** Tissue that cells of a type are said to come from: by the first of its branches that names one. */
export function tissueOf(ontology: Ontology, id: string): string {
  const branch = new Set([id, ...ancestors(ontology, id).keys()]);
  return TISSUES.find(([root]) => branch.has(root))?.[1] ?? "other";
}
