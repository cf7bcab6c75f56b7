import { COMMON_LABELS } from "./common_labels.ts";
import type { LabelKind, LabelTarget, Term } from "./types.ts";

/**
 * The form in which labels are compared: no case, accents, punctuation or hyphens, every word in the singular,
 * and "positive"/"negative" for a trailing plus or minus. "CD4-positive T cells" and "CD4+ T-cell" fold alike.
 */
export function foldLabel(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/(?<=[\p{L}\p{N}])['′](?=$|\s)/gu, " prime ")
    .replaceAll(/(?<=[\p{L}\p{N}])\+(?![\p{L}\p{N}])|(?<=[\p{L}\p{N}])\+(?=\p{L})/gu, " positive ")
    .replaceAll(/(?<=\p{N})-(?=$|[\s,/])/gu, " negative ")
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .split(" ")
    .map(singular)
    .join(" ");
}

/** Enough English for labels: bodies -> body, cells -> cell, but not plexus, pancreas, iris or mass. */
function singular(word: string): string {
  if (word.length > 4 && word.endsWith("ies")) return word.slice(0, -3) + "y";
  return word.length > 3 && /[^aisu]s$/.test(word) ? word.slice(0, -1) : word;
}

/** Earlier kinds win over later ones; live terms win over obsolete ones. */
const KINDS: readonly LabelKind[] = ["id", "alt_id", "name", "exact synonym", "abbreviation", "common label"];

/** Every folded label with the term it means; a label that two terms share in its best kind means none. */
export function indexLabels(terms: ReadonlyMap<string, Term>): Map<string, LabelTarget> {
  const index = new Map<string, LabelTarget>();
  const all = [...terms.values()];
  for (const group of [all.filter((term) => !term.obsolete), all.filter((term) => term.obsolete)]) {
    const earlier = new Set(index.keys());
    for (const how of KINDS) addKind(index, group, { how, earlier });
  }
  return index;
}

function addKind(
  index: Map<string, LabelTarget>,
  terms: readonly Term[],
  { how, earlier }: { how: LabelKind; earlier: ReadonlySet<string> },
): void {
  for (const term of terms) {
    for (const label of labelsOf(term, how).map(foldLabel)) {
      const present = index.get(label);
      if (label === "" || earlier.has(label)) continue;
      if (present === undefined) index.set(label, { id: term.id, how });
      else if (present.how === how && present.id !== term.id) index.set(label, { id: null, how });
    }
  }
}

function labelsOf(term: Term, how: LabelKind): string[] {
  switch (how) {
    case "id":
      return [term.id];
    case "alt_id":
      return [...term.altIds];
    case "name":
      return [term.name.replace(/^obsolete /i, "")];
    case "exact synonym":
      return term.synonyms.filter((synonym) => synonym.scope === "exact").map((synonym) => synonym.text);
    case "abbreviation":
      return term.synonyms.filter((synonym) => synonym.abbreviation).map((synonym) => synonym.text);
    case "common label":
      return COMMON_LABELS.filter(([, id]) => id === term.id).map(([label]) => label);
  }
}
