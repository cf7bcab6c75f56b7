import type { RelationTriple } from "./triples.ts";

/** Relations whose two ends count as close in the ranking loss (ORIGINAL section 3). */
const CLOSE: ReadonlySet<string> = new Set(["is_a", "exact_synonyms", "develops_from", "develops_into"]);

/**
 * The names that the original's pretraining takes for close to each name. It writes triples as lines
 * "head relation tail" and splits them at white space, so that a line is read only where the head is a single word
 * (ORIGINAL section 6, defect 2); of its own 7,325 lines that leaves 376. Both ends of a line become close to each other.
 */
export function closeNamesAsPublished(triples: readonly RelationTriple[]): Map<string, Set<string>> {
  const close = new Map<string, Set<string>>();
  const join = (name: string, other: string) => close.set(name, (close.get(name) ?? new Set()).add(other));
  for (const { head, relation, tail } of triples) {
    const [first, second, ...rest] = `${head} ${relation} ${tail}`.split(/\s+/);
    if (!CLOSE.has(second) || rest.length === 0) continue;
    join(first, rest.join(" "));
    join(rest.join(" "), first);
  }
  return close;
}
