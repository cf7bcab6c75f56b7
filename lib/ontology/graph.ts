import { dataError } from "../runtime/mod.ts";
import type { Ontology, Term } from "./types.ts";

/**
 * The term with this id.
 *
 * @throws {KcellfmError} tag "data", when the ontology has no such term.
 */
export function termOf(ontology: Ontology, id: string): Term {
  const term = ontology.terms.get(id);
  if (term === undefined) {
    throw dataError(`Cannot find ${id} in the ontology (${ontology.source}, ${ontology.terms.size} terms)`);
  }
  return term;
}

/** Terms that are in use, in file order. */
export function liveTerms(ontology: Ontology): Term[] {
  return [...ontology.terms.values()].filter((term) => !term.obsolete);
}

/** Ids of the direct is_a parents. */
export const parentsOf = (ontology: Ontology, id: string): readonly string[] => termOf(ontology, id).isA;

/** Ids of the direct is_a children. */
export const childrenOf = (ontology: Ontology, id: string): readonly string[] =>
  ontology.children.get(termOf(ontology, id).id) ?? [];

/** Everything above `id` by is_a, without itself, nearest first, with the length of the shortest way up. */
export const ancestors = (ontology: Ontology, id: string): Map<string, number> =>
  reach(id, (at) => parentsOf(ontology, at));

/** Everything below `id` by is_a, without itself, nearest first, with the length of the shortest way down. */
export const descendants = (ontology: Ontology, id: string): Map<string, number> =>
  reach(id, (at) => childrenOf(ontology, at));

/** Breadth-first search; distances count edges. */
function reach(start: string, next: (id: string) => readonly string[]): Map<string, number> {
  const distance = new Map([[start, 0]]);
  for (const [id, steps] of distance) {
    for (const neighbour of next(id)) if (!distance.has(neighbour)) distance.set(neighbour, steps + 1);
  }
  distance.delete(start);
  return distance;
}

/**
 * The most specific terms that subsume all of `ids` (a term subsumes itself): common ancestors with no common
 * ancestor below them. Several in a graph with multiple parents; empty when the ids share no root.
 */
export function lowestCommonAncestors(ontology: Ontology, ids: readonly string[]): string[] {
  const above = ids.map((id) => new Set([id, ...ancestors(ontology, id).keys()]));
  const common = [...(above[0] ?? [])].filter((id) => above.every((set) => set.has(id)));
  const covered = new Set(common.flatMap((id) => [...ancestors(ontology, id).keys()]));
  return common.filter((id) => !covered.has(id)).sort();
}

/** Depth of every term: the longest is_a way up to a root (roots 0), so a child is always deeper than its parents. */
export function depths(ontology: Ontology): Map<string, number> {
  const known = new Map<string, number>();
  const visit = (id: string): number => {
    const depth = known.get(id) ??
      parentsOf(ontology, id).reduce((max, up) => Math.max(max, visit(up) + 1), 0);
    known.set(id, depth);
    return depth;
  };
  for (const id of ontology.terms.keys()) visit(id);
  return known;
}

/** {@linkcode depths} for one term: the longest way up, layer by layer. */
export function depth(ontology: Ontology, id: string): number {
  let layer = new Set(parentsOf(ontology, id));
  let steps = 0;
  for (; layer.size > 0; steps++) layer = new Set([...layer].flatMap((up) => parentsOf(ontology, up)));
  return steps;
}

/** One shortest way from the first to the second id along is_a edges in either direction, or null. */
export function shortestPath(ontology: Ontology, [from, to]: readonly [string, string]): string[] | null {
  const cameFrom = new Map<string, string | null>([[termOf(ontology, from).id, null]]);
  for (const id of cameFrom.keys()) {
    if (id === termOf(ontology, to).id) return retrace(cameFrom, to);
    for (const neighbour of [...parentsOf(ontology, id), ...childrenOf(ontology, id)]) {
      if (!cameFrom.has(neighbour)) cameFrom.set(neighbour, id);
    }
  }
  return null;
}

function retrace(cameFrom: ReadonlyMap<string, string | null>, end: string): string[] {
  const path: string[] = [];
  for (let id: string | null = end; id !== null; id = cameFrom.get(id) ?? null) path.unshift(id);
  return path;
}
