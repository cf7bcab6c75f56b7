import { foldLabel } from "./labels.ts";
import type { LabelKind, LabelTarget, Ontology, Term } from "./types.ts";

/** The live term that a free text means, and how it was found. */
export interface FoundTerm {
  readonly term: Term;
  readonly how: LabelKind;
  /** The obsolete term that was asked for, when `term` replaces it. */
  readonly replaced: Term | null;
}

/**
 * Looks a label up by id, alternative id, name, exact synonym, abbreviation or common label, in that order, folding
 * case, hyphens, punctuation and plurals, and adding the word "cell" where it was left out ("Goblet"). An obsolete
 * term leads to the one that replaces it.
 *
 * @returns null when no term has the label, when several share it, or when an obsolete term has no single successor.
 */
export function findTerm(ontology: Ontology, freeText: string): FoundTerm | null {
  const target = targetOf(ontology, foldLabel(freeText));
  const asked = target?.id == null ? undefined : ontology.terms.get(target.id);
  if (target === undefined || asked === undefined) return null;
  const term = successorOf(ontology, asked);
  return term && { term, how: target.how, replaced: term === asked ? null : asked };
}

const targetOf = ({ labels }: Ontology, label: string): LabelTarget | undefined =>
  labels.get(label) ?? labels.get(`${label} cell`);

/** Follows replaced_by to a live term; the visited set stops terms that replace each other. */
function successorOf(ontology: Ontology, start: Term): Term | null {
  const visited = new Set<string>();
  let term: Term | undefined = start;
  while (term?.obsolete && !visited.has(term.id)) {
    visited.add(term.id);
    term = term.replacedBy.length === 1 ? ontology.terms.get(term.replacedBy[0]) : undefined;
  }
  return term === undefined || term.obsolete ? null : term;
}
