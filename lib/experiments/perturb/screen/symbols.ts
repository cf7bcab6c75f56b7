import { join } from "node:path";
import { type GeneVocabulary, nameMatcher, readVocabulary } from "../../../genes/mod.ts";
import { checkpointsDir } from "../../../runtime/mod.ts";

/** The human genes that a shipped checkpoint knows: used to tell whether a word is a gene. */
export const shippedVocabulary = (): Promise<GeneVocabulary> =>
  readVocabulary(join(checkpointsDir(), "walkthrough", "genes.tsv"));

/** True if a word is a human gene by its symbol, an earlier one or an id. */
export async function geneTest(): Promise<(word: string) => boolean> {
  const match = nameMatcher(await shippedVocabulary());
  const kept = new Map<string, boolean>();
  return (word) => {
    if (!kept.has(word)) kept.set(word, match(word) !== "unknown");
    return kept.get(word)!;
  };
}

/** The official symbol of a human gene by any of its names; a name that is not known, or of several genes, as it is. */
export async function officialSymbols(): Promise<(name: string) => string> {
  const vocabulary = await shippedVocabulary();
  const match = nameMatcher(vocabulary);
  return (name) => {
    const found = match(name);
    return typeof found === "string" || found.way === "case" ? name : vocabulary.symbols[found.token];
  };
}
