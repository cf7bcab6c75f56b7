import type { TermTable } from "../../../ontology/mod.ts";
import type { GeneFeatures } from "./genes.ts";

/**
 * Terms of genes (of the Gene Ontology, or modules of a simulated network), each weighed by its rarity, -log of the share of
 * genes that have it (the inverse document frequency of text retrieval), at length one.
 */
export function termFeatures(name: string, terms: TermTable): GeneFeatures {
  const rarity = rarities(terms);
  return {
    name,
    has: (gene) => terms.has(gene),
    genes: () => terms.keys(),
    among(others) {
      const columns = [...new Set(others.flatMap((gene) => [...terms.get(gene) ?? []]))].sort();
      return (gene) => {
        const own = terms.get(gene);
        if (!own) return null;
        const squares = [...own].reduce((sum, term) => sum + rarity(term) ** 2, 0);
        const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
        return Float32Array.from(columns, (term) => own.has(term) ? rarity(term) * scale : 0);
      };
    },
  };
}

/** -log of the share of genes that have a term. */
export function rarities(terms: TermTable): (term: string) => number {
  const counts = new Map<string, number>();
  for (const own of terms.values()) {
    for (const term of own) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  return (term) => Math.log(terms.size / (counts.get(term) ?? terms.size));
}
