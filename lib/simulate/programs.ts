import { ancestors, type Ontology, termOf } from "../ontology/mod.ts";
import type { Rng } from "../runtime/mod.ts";
import { type GeneTraits, MODULES } from "./genes.ts";

/** Share of the modules that change on the way from a parent to a child. */
const CHANGED = 0.3;
/** Typical standard deviation of a change, on the natural log scale. */
const STEP = 0.5;
/** Factor of a marker's log level at each step below the type that it marks. */
const MARKER_DECAY = 0.92;

/** Module activities of cell types, drawn on demand: `activity(id)` is the same whichever types are asked for. */
export interface Programs {
  activity(id: string): Float32Array;
}

/**
 * Brownian motion of module activities down the is_a graph: roots are at zero, and
 * `activity(t) = mean over parents p of activity(p) + scale(t) * e`, where e ~ N(0, 1) in a random 30 % of the
 * modules and 0 in the others, and scale(t) is log-normal. The covariance of two types is then the drift that
 * their common ancestors went through, so neighbours in the ontology look alike.
 *
 * Felsenstein 1985 (Am Nat 125:1) models quantitative traits on a tree so; the mean extends it to several parents.
 */
export function growPrograms(ontology: Ontology, rng: Rng): Programs {
  const known = new Map<string, Float32Array>();
  const activity = (id: string): Float32Array => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const parents = termOf(ontology, id).isA.map(activity);
    const grown = parents.length === 0 ? new Float32Array(MODULES) : drift(parents, rng.split(`term/${id}`));
    known.set(id, grown);
    return grown;
  };
  return { activity };
}

function drift(parents: readonly Float32Array[], stream: Rng): Float32Array {
  const scale = STEP * Math.exp(0.25 * stream.normal());
  return Float32Array.from({ length: MODULES }, (_, m) => {
    const mean = parents.reduce((sum, parent) => sum + parent[m], 0) / parents.length;
    return stream.uniform() < CHANGED ? mean + scale * stream.normal() : mean;
  });
}

/** Inputs of `expressionProfile`. */
export interface Biology {
  readonly ontology: Ontology;
  readonly markers: MarkerTable;
  readonly genes: readonly string[];
  readonly traits: GeneTraits;
  readonly programs: Programs;
}

/**
 * The expected share of each gene among the transcripts of a cell type; sums to 1.
 *
 * log share = base + loading * activity of the gene's module, up to a constant; a marker of the type or of an
 * ancestor d steps up is raised to at least markerLevel * 0.92^d.
 */
export function expressionProfile(id: string, biology: Biology): Float32Array {
  const { genes, traits } = biology;
  const activity = biology.programs.activity(id);
  const level = genes.map((_, g) => {
    const module = traits.module[g];
    return traits.base[g] + (module < 0 ? 0 : traits.loading[g] * activity[module]);
  });
  const marked = inheritedMarkers(biology.ontology, { id, markers: biology.markers });
  genes.forEach((gene, g) => {
    const steps = marked.get(gene);
    if (steps !== undefined) level[g] = Math.max(level[g], traits.markerLevel[g] * MARKER_DECAY ** steps);
  });
  return softmax(level);
}

/** Marker genes by Cell Ontology id. */
export type MarkerTable = ReadonlyMap<string, readonly string[]>;

/** The marker genes that the terms of an ontology carry themselves. */
export function markersOf(ontology: Ontology): MarkerTable {
  return new Map([...ontology.terms].flatMap(([id, { markers }]) => markers?.length ? [[id, markers]] : []));
}

/** Marker gene -> steps up from the type `id` to the nearest type that it marks (0 for the type itself). */
export function inheritedMarkers(
  ontology: Ontology,
  { id, markers = markersOf(ontology) }: { id: string; markers?: MarkerTable },
): Map<string, number> {
  const marked = new Map<string, number>();
  for (const [owner, steps] of [[id, 0] as const, ...ancestors(ontology, id)]) {
    for (const gene of markers.get(owner) ?? []) {
      if (!marked.has(gene)) marked.set(gene, steps);
    }
  }
  return marked;
}

function softmax(levels: readonly number[]): Float32Array {
  const top = levels.reduce((max, value) => Math.max(max, value), -Infinity);
  const weights = Float32Array.from(levels, (value) => Math.exp(value - top));
  const sum = weights.reduce((total, value) => total + value, 0);
  return weights.map((value) => value / sum);
}
