import { readTsv } from "../../../data/mod.ts";
import type { TermTable } from "../../../ontology/mod.ts";
import { embedTexts, type TextModel } from "../../../text/mod.ts";
import type { GeneTable } from "./genes.ts";
import { rarities } from "./go.ts";
import { rowAt, unit } from "../../../matrix/mod.ts";

/** Texts about genes. */
export interface GeneTexts {
  /** Full name of each gene: "signal transducer and activator of transcription 1". */
  readonly names: ReadonlyMap<string, string>;
  /** Definition of each term. */
  readonly definitions: ReadonlyMap<string, string>;
  readonly terms: TermTable;
}

/** Reads names from the table of human genes (columns symbol, name) and definitions from that of GO terms (.tsv.gz each). */
export function readGeneTexts(
  { genes, goTerms }: { genes: string; goTerms: string },
  terms: TermTable,
): GeneTexts {
  const [header, ...rows] = readTsv(genes);
  const [symbol, name] = [header.indexOf("symbol"), header.indexOf("name")];
  return {
    names: new Map(rows.map((row) => [row[symbol], row[name]])),
    definitions: new Map(readTsv(goTerms).slice(1).map((row) => [row[0], row[3] || row[1]])),
    terms,
  };
}

/**
 * Text-encoder vectors of each gene: of its name, and of the definitions of its terms, averaged with rare ones counting more;
 * each part less its mean over all genes, at length one, side by side.
 */
export function textTable(model: TextModel, { names, definitions, terms }: GeneTexts): GeneTable {
  const { dim } = model.config;
  const genes = [...terms.keys()].sort();
  const rarity = rarities(terms);
  const vectors = embedTexts(model, [...definitions.values()]);
  const rowOf = new Map([...definitions.keys()].map((term, row) => [term, row]));
  const ofTerms = genes.map((gene) => {
    const sum = new Float32Array(dim);
    for (const term of terms.get(gene) ?? []) {
      const row = rowOf.get(term);
      if (row !== undefined) addTimes(sum, rowAt(vectors, row), rarity(term));
    }
    return unit(sum);
  });
  const named = embedTexts(model, genes.map((gene) => names.get(gene) ?? gene));
  const ofNames = genes.map((_, row) => unit(rowAt(named, row).slice()));
  const parts = [centred(ofNames), centred(ofTerms)];
  const out = new Float32Array(genes.length * 2 * dim);
  genes.forEach((_, row) => parts.forEach((part, i) => out.set(unit(part[row]), (2 * row + i) * dim)));
  return { genes, width: 2 * dim, vectors: out };
}

function addTimes(sum: Float32Array, vector: Float32Array, weight: number): void {
  for (let k = 0; k < sum.length; k++) sum[k] += weight * vector[k];
}

function centred(rows: readonly Float32Array[]): Float32Array[] {
  const mean = new Float32Array(rows[0].length);
  for (const row of rows) addTimes(mean, row, 1 / rows.length);
  return rows.map((row) => row.map((value, k) => value - mean[k]));
}
