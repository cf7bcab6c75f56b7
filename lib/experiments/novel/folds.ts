import { ancestors, findTerm, type Ontology, termOf } from "../../ontology/mod.ts";
import { dataError } from "../../runtime/mod.ts";

/** Types that are held out together. */
export interface Fold {
  readonly name: string;
  /** Cell Ontology ids of the types that are named; each type of a pool is in one fold. */
  readonly heldOut: readonly string[];
  /** Types whose cells are left out of training: held-out ones, and those above or below one of them. */
  readonly leftOut: readonly string[];
}

/** Branches that are held out one after the other; a type goes with the first that it is in. */
const BRANCHES = [
  "T cell",
  "lymphocyte of B lineage",
  "natural killer cell",
  "myeloid leukocyte",
  "hematopoietic cell",
  "endocrine cell",
  "epithelial cell",
  "connective tissue cell",
] as const;

/** Label of the types in none of the branches. */
const OTHERS = "other types";

/**
 * Parts types by whole branches of the ontology. A cell that is only called "lymphocyte" may be a T cell, so with a type
 * those above it are left out as well as those below.
 *
 * @throws {KcellfmError} tag "data", when fewer than two types would be left to learn from.
 */
export function branchFolds(ontology: Ontology, types: readonly string[]): Fold[] {
  const above = new Map(types.map((id) => [id, ancestors(ontology, id)]));
  const isBelow = (id: string, root: string) => id === root || (above.get(id)?.has(root) ?? false);
  const roots = BRANCHES.flatMap((name) => findTerm(ontology, name)?.term.id ?? []);
  const groups = Map.groupBy(types, (id) => roots.find((root) => isBelow(id, root)) ?? OTHERS);
  return [...groups].map(([root, heldOut]) => {
    const leftOut = types.filter((id) => heldOut.some((held) => isBelow(id, held) || isBelow(held, id)));
    if (types.length - leftOut.length < 2) {
      throw dataError(
        `Cannot hold out ${root}: ${types.length - leftOut.length} types are left to learn from`,
      );
    }
    return {
      name: root === OTHERS ? OTHERS : termOf(ontology, root).name,
      heldOut: [...heldOut].sort(),
      leftOut,
    };
  });
}
