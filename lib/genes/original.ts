import { z } from "zod";
import { readTextFile } from "../data/mod.ts";
import { fileError, messageOf } from "../runtime/mod.ts";
import type { TableGene } from "./build.ts";
import type { GeneVocabulary } from "./vocabulary.ts";

/** The last three tokens of the original's vocabulary, in the order of ours. */
const SPECIAL = ["<pad>", "<cls>", "<eoc>"];

/**
 * Reads the original's gene vocabulary (JSON, symbol to id; ORIGINAL section 2): gene `t` is its token `t`, and the special
 * tokens follow the genes as in our models. Its symbols are those of one year; with `table`, today's symbols and
 * Ensembl ids find their genes too.
 *
 * @throws {KcellfmError} tag "file", when it is not such a vocabulary.
 */
export function readOriginalVocabulary(
  path: string,
  { table = [] }: { table?: readonly TableGene[] } = {},
): GeneVocabulary {
  const symbols = readTokens(path);
  const tokenOf = new Map(symbols.map((symbol, token) => [symbol, token]));
  const ensembl = symbols.map((symbol) => symbol.startsWith("ENSG") ? symbol : "");
  const aliases: string[][] = symbols.map(() => []);
  const official = new Set(table.map(({ symbol }) => symbol));
  for (const gene of table) {
    const token = findGene(gene, { tokenOf, official });
    if (token === undefined) continue;
    const [first = "", ...more] = gene.ids;
    ensembl[token] ||= first;
    aliases[token].push(...gene.aliases, ...more);
    if (symbols[token] !== gene.symbol) aliases[token].push(gene.symbol);
  }
  return { symbols, ensembl, aliases };
}

/** The token of a gene by its symbol, else by the only earlier symbol that is no other gene's today. */
function findGene(
  { symbol, aliases }: TableGene,
  { tokenOf, official }: { tokenOf: ReadonlyMap<string, number>; official: ReadonlySet<string> },
): number | undefined {
  const own = tokenOf.get(symbol);
  if (own !== undefined) return own;
  const earlier = aliases.filter((alias) => tokenOf.has(alias) && !official.has(alias));
  return earlier.length === 1 ? tokenOf.get(earlier[0]) : undefined;
}

/** Gene symbols by token. */
function readTokens(path: string): string[] {
  const broken = (why: string, cause?: unknown) =>
    fileError(`Cannot read the original's gene vocabulary ${path}: ${why}; fetch kcellfm_gene_vocab`, cause);
  const ids = parseIds(readTextFile(path), broken);
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(ids)) tokens[id] = token;
  const genes = tokens.length - SPECIAL.length;
  if (Object.keys(ids).length !== tokens.length || tokens.includes(undefined!)) {
    throw broken("its ids are not 0, 1, 2, ... without gaps");
  }
  if (`${tokens.slice(genes)}` !== `${SPECIAL}`) throw broken(`its last ids are not ${SPECIAL.join(", ")}`);
  return tokens.slice(0, genes);
}

function parseIds(text: string, broken: (why: string, cause?: unknown) => Error): Record<string, number> {
  try {
    return z.record(z.string(), z.int().nonnegative()).parse(JSON.parse(text));
  } catch (error) {
    throw broken(error instanceof z.ZodError ? "it is no table of symbols and ids" : messageOf(error), error);
  }
}
