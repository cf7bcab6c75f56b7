import { descendants } from "./graph.ts";
import type { Ontology } from "./types.ts";

/**
 * Information content of a term in [0, 1]: 1 - log(1 + its descendants) / log(all terms), 0 for the root of all, 1 for a
 * leaf (Seco et al. 2004). It needs no counts of cells.
 *
 * @throws {KcellfmError} tag "data", when the ontology has no such term.
 */
export function informationContent(ontology: Ontology, id: string): number {
  return 1 - Math.log(1 + descendants(ontology, id).size) / Math.log(ontology.terms.size);
}
