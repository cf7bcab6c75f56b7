import type { GeneVocabulary } from "./vocabulary.ts";

/** The ways a name can be recognised, strongest first. */
export const MATCH_WAYS = ["ensembl", "symbol", "orthologue", "case", "alias", "punctuation"] as const;
export type MatchWay = typeof MATCH_WAYS[number];

/** A recognised name, an alias of several genes, or a name that is not known. */
export type NameMatch = { readonly token: number; readonly way: MatchWay } | "ambiguous" | "unknown";

const AMBIGUOUS = -1;

/**
 * A function from gene names to tokens. Tried in turn: an Ensembl id (version stripped), the official symbol, the
 * symbol in any case (mouse symbols), an alias that belongs to one gene only, the same with dots for dashes (R).
 * A name that is one gene's symbol is never read as another's alias.
 */
export function nameMatcher(vocabulary: GeneVocabulary): (name: string) => NameMatch {
  const { symbols, ensembl, aliases } = vocabulary;
  const ids = new Map(ensembl.map((id, token) => [id, token]));
  aliases.forEach((list, token) =>
    list.filter(isEnsemblId).forEach((id) => ids.has(id) || ids.set(id, token))
  );
  ids.delete("");
  const exact = new Map(symbols.map((symbol, token) => [symbol, token]));
  const folded = uniqueKeys(symbols.map((symbol) => [symbol.toUpperCase()]));
  const other = uniqueKeys(aliases.map((list) => list.map((alias) => alias.toUpperCase())));

  const bySymbol = (name: string): NameMatch => {
    const upper = name.toUpperCase();
    const symbol = exact.get(name);
    if (symbol !== undefined) return { token: symbol, way: "symbol" };
    const found = folded.get(upper);
    if (found !== undefined && found !== AMBIGUOUS) return { token: found, way: "case" };
    const alias = other.get(upper);
    if (alias === undefined) return "unknown";
    return alias === AMBIGUOUS ? "ambiguous" : { token: alias, way: "alias" };
  };
  return (raw) => {
    const name = raw.trim();
    if (isEnsemblId(name)) {
      const token = ids.get(name.toUpperCase().replace(/\.\d+$/, ""));
      return token === undefined ? "unknown" : { token, way: "ensembl" };
    }
    const match = bySymbol(name);
    if (match !== "unknown" || !name.includes(".")) return match;
    const dashed = bySymbol(name.replaceAll(".", "-"));
    return typeof dashed === "string" ? dashed : { token: dashed.token, way: "punctuation" };
  };
}

/** An Ensembl gene id of any species, with or without version. */
export const isEnsemblId = (name: string): boolean => /^ENS[A-Z]*G\d{6,}(\.\d+)?$/i.test(name);

/** Key -> index of the only list that holds it, or AMBIGUOUS. */
function uniqueKeys(lists: readonly (readonly string[])[]): Map<string, number> {
  const keys = new Map<string, number>();
  lists.forEach((list, index) => {
    for (const key of list) keys.set(key, keys.has(key) && keys.get(key) !== index ? AMBIGUOUS : index);
  });
  return keys;
}
