import { liveTerms } from "./graph.ts";
import type { Ontology, SynonymScope, Term } from "./types.ts";

/** The eight relations that the original text encoder learns, by its own names. */
export const RELATIONS = [
  "is_a",
  "exact_synonyms",
  "related_synonyms",
  "broad_synonyms",
  "develops_from",
  "develops_into",
  "disjoint_from",
  "synapsed_to",
] as const;
export type Relation = typeof RELATIONS[number];

/** One fact by name; the tail of a synonym relation is the synonym, of any other a term. */
export interface RelationTriple {
  readonly head: string;
  readonly relation: Relation;
  readonly tail: string;
}

/** Every fact of the live terms, term by term, none twice; ORIGINAL.md section 4 has the published counts. */
export function relationTriples(ontology: Ontology): RelationTriple[] {
  const seen = new Set<string>();
  return liveTerms(ontology).flatMap((term) => triplesOf(ontology, term)).filter((triple) => {
    const key = Object.values(triple).join("\t");
    return !seen.has(key) && seen.add(key);
  });
}

function triplesOf(ontology: Ontology, term: Term): RelationTriple[] {
  const names = (ids: readonly string[]) => ids.map((id) => ontology.terms.get(id)?.name ?? id);
  const synonyms = (scope: SynonymScope) =>
    term.synonyms.filter((synonym) => synonym.scope === scope).map((synonym) => synonym.text);
  const tails: Record<Relation, string[]> = {
    is_a: names(term.isA),
    exact_synonyms: synonyms("exact"),
    related_synonyms: synonyms("related"),
    broad_synonyms: synonyms("broad"),
    develops_from: names(term.developsFrom),
    develops_into: names(term.developsInto),
    disjoint_from: names(term.disjointFrom),
    synapsed_to: names(term.synapsedTo),
  };
  return RELATIONS.flatMap((relation) =>
    tails[relation].map((tail) => ({ head: term.name, relation, tail }))
  );
}

/** How many triples each relation has. */
export function countRelations(triples: readonly RelationTriple[]): Record<Relation, number> {
  const counts = Object.fromEntries(RELATIONS.map((relation) => [relation, 0])) as Record<Relation, number>;
  for (const { relation } of triples) counts[relation]++;
  return counts;
}
