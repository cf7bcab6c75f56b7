import { ancestors } from "./graph.ts";
import type { Ontology } from "./types.ts";

/** True if two types are on one line of the ontology: the same, or one above the other. */
export type SameLine = (a: string, b: string) => boolean;

/**
 * The rule by which an answer of any grain counts as right: it is the true term, one above it or one below it. Ids that
 * the ontology does not know match only themselves.
 */
export function sameLineIn(ontology: Ontology): SameLine {
  const above = aboveIn(ontology);
  return (a, b) => a === b || above(a).has(b) || above(b).has(a);
}

/**
 * Meaning of a label among `classes`: the indices of the classes that it may mean. A label means its term or any term
 * below it, except those that the same study tells apart: in a study that labels CD8 T cells, "T cell" means no CD8 T cell.
 *
 * @param labels the ids that the study uses
 * @returns for each class that is one of `labels`, places in `classes`, ascending; for every other class just its own place
 */
export function meaningOf(
  labels: Iterable<string>,
  { ontology, classes }: { ontology: Ontology; classes: readonly string[] },
): number[][] {
  const above = aboveIn(ontology);
  const isBelow = (id: string, label: string) => id === label || above(id).has(label);
  const used = [...new Set(labels)];
  return classes.map((label, own) => {
    if (!used.includes(label)) return [own];
    const finer = used.filter((other) => other !== label && isBelow(other, label));
    const means = (id: string) => isBelow(id, label) && !finer.some((other) => isBelow(id, other));
    return [...classes.keys()].filter((place) => means(classes[place]));
  });
}

/** Ids above a term, looked up once each; none for ids that the ontology does not know. */
function aboveIn(ontology: Ontology): (id: string) => ReadonlyMap<string, number> {
  const known = new Map<string, ReadonlyMap<string, number>>();
  return (id) => {
    const found = known.get(id) ?? (ontology.terms.has(id) ? ancestors(ontology, id) : new Map());
    known.set(id, found);
    return found;
  };
}
