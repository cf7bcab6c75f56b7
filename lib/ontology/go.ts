import { dataError } from "../runtime/mod.ts";
import { fetchDataset, type FetchOptions } from "../data/fetch/mod.ts";
import { readTsv } from "../data/mod.ts";
import { type GeneGraph, type NeighbourChoice, strongestEdges } from "./gene_graph.ts";

/** Gene symbol -> the terms that it is annotated with (GO ids, or modules of a simulated network). */
export type TermTable = ReadonlyMap<string, ReadonlySet<string>>;

/** Aspects of the Gene Ontology. */
export type GoAspect = "BP" | "MF" | "CC";

/**
 * The GO annotation of human genes, from the cache, the mirror, or nowhere: the registry has no public address for it.
 *
 * @throws {KcellfmError} tag "network", when it is not available: the message says where to put it.
 */
export async function fetchGoTerms(options: FetchOptions = {}): Promise<TermTable> {
  return readGoTerms(await fetchDataset("gene2go_human", options));
}

/**
 * Reads a table with columns symbol, GO id, evidence and aspect (.tsv, .tsv.gz), of the given aspects (default: all).
 * Lines with evidence ND are left out: they say that nothing is known, by the root of an aspect.
 *
 * @throws {KcellfmError} tag "file" when it cannot be read, "data" when no line has a symbol and a GO id.
 */
export function readGoTerms(path: string, { aspects }: { aspects?: readonly GoAspect[] } = {}): TermTable {
  const wanted = aspects && new Set<string>(aspects);
  const terms = new Map<string, Set<string>>();
  for (const [symbol, id, evidence, aspect] of readTsv(path)) {
    if (!id?.startsWith("GO:") || evidence === "ND" || wanted && !wanted.has(aspect)) continue;
    const known = terms.get(symbol);
    if (known) known.add(id);
    else terms.set(symbol, new Set([id]));
  }
  if (terms.size > 0) return terms;
  throw dataError(
    `Cannot use ${path}: no line has a gene symbol and a GO id, expected columns symbol, go_id, evidence, aspect`,
  );
}

/** Jaccard's index |a and b| / |a or b|; 0 where both are empty. */
export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  let shared = 0;
  for (const item of few) if (many.has(item)) shared++;
  return shared === 0 ? 0 : shared / (a.size + b.size - shared);
}

/**
 * For each gene (edges' target) the `k` others (source) of highest Jaccard index of their terms, as in GEARS (Roohani
 * 2023): of equally similar ones the earlier. Genes without terms have no edge.
 *
 * @param genes symbols; edges hold their places in this list
 */
export function goNeighbours(
  genes: readonly string[],
  terms: TermTable,
  choice: NeighbourChoice = {},
): GeneGraph {
  const own = genes.map((gene) => terms.get(gene) ?? new Set<string>());
  return strongestEdges(own.length, (target, source) => jaccard(own[target], own[source]), choice);
}
