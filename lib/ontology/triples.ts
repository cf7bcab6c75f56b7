import { dataError } from "../runtime/mod.ts";
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

/** Number of triples of each relation. */
export function countRelations(triples: readonly RelationTriple[]): Record<Relation, number> {
  const counts = Object.fromEntries(RELATIONS.map((relation) => [relation, 0])) as Record<Relation, number>;
  for (const { relation } of triples) counts[relation]++;
  return counts;
}

/** `head relation tail`: names hold spaces, so that the relation's token parts them. */
const TRIPLE_LINE = new RegExp(`^(.+?)\\s+(${RELATIONS.join("|")})\\s+(.+)$`);

/**
 * The triples of a text of one `head relation tail` a line, as the original's `Knowledge-triples.txt`. Lines without
 * one of {@linkcode RELATIONS} are skipped and counted (the original's file has 15, such as "synapsed by").
 *
 * @throws {KcellfmError} tag "data", when no line is a triple.
 */
export function parseTriples(
  text: string,
  where: string,
): { readonly triples: RelationTriple[]; readonly skipped: number } {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const triples = lines.flatMap((line): RelationTriple[] => {
    const [, head, relation, tail] = TRIPLE_LINE.exec(line) ?? [];
    return relation ? [{ head, relation: relation as Relation, tail }] : [];
  });
  if (triples.length > 0) return { triples, skipped: lines.length - triples.length };
  throw dataError(
    `Cannot use ${where} as triples: none of its ${lines.length} lines is "head relation tail" ` +
      `(relations: ${RELATIONS.join(", ")})`,
  );
}
