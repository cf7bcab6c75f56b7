import type { ModelCells } from "../genes/mod.ts";
import { geneNames } from "./read.ts";

/** Spiked-in RNA tells technologies apart, not types. */
const SPIKED = /^ERCC-\d/;

/**
 * Two files with one more token for each gene that both name alike and the vocabulary lacks (long non-coding RNA, mostly), so that
 * a reference is learned from all that the files share. The model never sees these tokens.
 */
export function withSharedNames(a: ModelCells, b: ModelCells): [ModelCells, ModelCells] {
  const theirs = new Set(unknownNames(b));
  const shared = [...new Set(unknownNames(a))].filter((name) => theirs.has(name)).sort();
  const genes = a.genes + shared.length;
  const tokenOf = new Map(shared.map((name, i) => [name, a.genes + i]));
  const extend = (cells: ModelCells): ModelCells => {
    const names = geneNames(cells.source);
    const extended = cells.tokenOf.map((token, i) => token >= 0 ? token : tokenOf.get(names[i]) ?? -1);
    return { ...cells, tokenOf: extended, genes };
  };
  return [extend(a), extend(b)];
}

const unknownNames = ({ source, tokenOf }: ModelCells): string[] =>
  geneNames(source).filter((name, i) => tokenOf[i] < 0 && name !== "" && !SPIKED.test(name));
