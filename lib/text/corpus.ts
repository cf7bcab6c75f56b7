import { createOntology, liveTerms, type Ontology, type Term } from "../ontology/mod.ts";
import type { Rng } from "../runtime/mod.ts";

/** A share of the live terms, chosen at random, for testing: their names, synonyms and definitions stay unread. */
export function holdOutTerms(ontology: Ontology, { share, rng }: { share: number; rng: Rng }): Set<string> {
  const terms = liveTerms(ontology);
  const chosen = rng.sample(terms.length, Math.round(share * terms.length));
  return new Set(Array.from(chosen, (index) => terms[index].id));
}

/**
 * The live ontology as if some terms had never been written: their children become children of their parents,
 * and no relation names them.
 */
export function withoutTerms(ontology: Ontology, hidden: ReadonlySet<string>): Ontology {
  const parents = (id: string): string[] =>
    ontology.terms.get(id)!.isA.flatMap((parent) => (hidden.has(parent) ? parents(parent) : [parent]));
  const kept = liveTerms(ontology)
    .filter(({ id }) => !hidden.has(id))
    .map((term) => ({ ...term, isA: [...new Set(parents(term.id))] }));
  return createOntology(kept, { version: ontology.version, source: ontology.source });
}

/** Every name, synonym and definition, for learning a vocabulary. */
export function ontologyTexts(ontology: Ontology): string[] {
  return liveTerms(ontology).flatMap((
    term,
  ) => [...termLabels(term), ...(term.definition ? [term.definition] : [])]);
}

const termLabels = (term: Term): string[] => [term.name, ...term.synonyms.map(({ text }) => text)];
