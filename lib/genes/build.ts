import { readTsv } from "../data/mod.ts";
import { fileError } from "../runtime/mod.ts";
import { type GeneVocabulary, splitList } from "./vocabulary.ts";

/** Options for choosing the genes of a gene table that become tokens. */
export interface VocabularyOptions {
  /** Symbols to take beside the protein-coding genes. Default {@linkcode INFORMATIVE_NONCODING}. */
  readonly include?: readonly string[];
}

/** Non-coding transcripts that single-cell studies measure in quantity and name cell types or states by. */
export const INFORMATIVE_NONCODING: readonly string[] = [
  "CYTOR",
  "FTX",
  "GAS5",
  "H19",
  "HOTAIRM1",
  "JPX",
  "KCNQ1OT1",
  "LINC01781",
  "MALAT1",
  "MEG3",
  "MIAT",
  "MIR155HG",
  "NEAT1",
  "NORAD",
  "PCAT19",
  "PVT1",
  "SNHG1",
  "SNHG5",
  "SNHG6",
  "SNHG7",
  "SNHG8",
  "SNHG29",
  "TSIX",
  "XIST",
  "ZFAS1",
];

/** Constant regions of immunoglobulins and T-cell receptors: not "protein-coding" in gene tables, but what tells B and T cells. */
const RECEPTOR_CONSTANT = /^(IGH[ADEGM]\d?P?|IGKC|IGLC\d|TRAC|TRBC\d|TRDC|TRGC\d|JCHAIN)$/;

const COLUMNS = ["symbol", "ensembl", "gene_type", "aliases"] as const;

/** One gene of a human gene table. */
export interface TableGene {
  readonly symbol: string;
  /** Ensembl ids. */
  readonly ids: readonly string[];
  /** "protein-coding" and so on. */
  readonly type: string;
  /** Earlier and alternative symbols. */
  readonly aliases: readonly string[];
}

/**
 * A vocabulary of all protein-coding genes, receptor constant regions and the listed symbols of a human gene table
 * (see {@linkcode readGeneTable}), in order of symbol.
 *
 * @throws {KcellfmError} tag "file", when the table cannot be read or lacks a column.
 */
export function buildVocabulary(
  tablePath: string,
  { include = INFORMATIVE_NONCODING }: VocabularyOptions = {},
): Promise<GeneVocabulary> {
  const wanted = new Set(include);
  const genes = readGeneTable(tablePath)
    .filter(({ type, symbol }) =>
      type === "protein-coding" || wanted.has(symbol) || RECEPTOR_CONSTANT.test(symbol)
    )
    .sort((a, b) => a.symbol < b.symbol ? -1 : 1);
  return Promise.resolve({
    symbols: genes.map((gene) => gene.symbol),
    ensembl: genes.map((gene) => gene.ids[0] ?? ""),
    aliases: genes.map((gene) => [...gene.aliases, ...gene.ids.slice(1)]),
  });
}

/**
 * Every gene of a table (tab-separated, gz or plain, with columns symbol, ensembl, gene_type and aliases).
 *
 * @throws {KcellfmError} tag "file", when the table cannot be read or lacks a column.
 */
export function readGeneTable(path: string): TableGene[] {
  const [header, ...rows] = readTsv(path);
  const [symbol, ensembl, type, aliases] = COLUMNS.map((name) => columnOf(path, header, name));
  return rows.map((row) => ({
    symbol: row[symbol],
    ids: splitList(row[ensembl]),
    type: row[type],
    aliases: splitList(row[aliases]),
  }));
}

function columnOf(path: string, header: readonly string[] = [], name: string): number {
  const at = header.indexOf(name);
  if (at < 0) throw fileError(`Cannot read the gene table ${path}: it has no column "${name}"`);
  return at;
}
