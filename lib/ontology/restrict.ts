import { createTerm } from "./create.ts";
import { ancestors, termOf } from "./graph.ts";
import type { Ontology, Term } from "./types.ts";

/**
 * The terms of a release that `ids` names, with relations among themselves only: is_a to the nearest chosen
 * ancestors (so the closure equals the release's), develops_from to the nearest chosen sources. Definitions are
 * left out, and of the synonyms only exact ones are kept.
 */
export function restrictTerms(release: Ontology, ids: ReadonlySet<string>): Term[] {
  return [...ids].map((id) => {
    const { name, synonyms } = termOf(release, id);
    return createTerm({
      id,
      name,
      synonyms: synonyms.filter(({ scope, text }) => scope === "exact" && !/[|\t]/.test(text)),
      isA: nearestAncestors(release, { id, ids }),
      developsFrom: nearestSources(release, { id, ids }),
    });
  });
}

interface Choice {
  readonly id: string;
  readonly ids: ReadonlySet<string>;
}

/** Chosen ancestors that are above no other chosen ancestor. */
function nearestAncestors(release: Ontology, { id, ids }: Choice): string[] {
  const above = [...ancestors(release, id).keys()].filter((other) => ids.has(other));
  const covered = new Set(above.flatMap((other) => [...ancestors(release, other).keys()]));
  return above.filter((other) => !covered.has(other)).sort();
}

/** develops_from is transitive: terms that were not chosen are stepped over. */
function nearestSources(release: Ontology, { id, ids }: Choice): string[] {
  const visited = new Set(termOf(release, id).developsFrom);
  const found = new Set<string>();
  for (const source of visited) {
    if (ids.has(source)) found.add(source);
    else for (const earlier of termOf(release, source).developsFrom) visited.add(earlier);
  }
  return [...found].filter((source) => source !== id).sort();
}
