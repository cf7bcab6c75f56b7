import { readTsv } from "../data/mod.ts";
import { fileError } from "../runtime/mod.ts";

/** The genes a model knows, by token: gene `t` has symbol `symbols[t]`, and so on. */
export interface GeneVocabulary {
  /** Official symbols, unique. */
  readonly symbols: readonly string[];
  /** Ensembl gene ids without version; "" if there is none. */
  readonly ensembl: readonly string[];
  /** Earlier and alternative symbols, and further Ensembl ids. */
  readonly aliases: readonly (readonly string[])[];
  /** A typical non-zero value of each gene, where the model divides by it. */
  readonly scale?: Float32Array;
}

/** A vocabulary of symbols alone, as simulated cells have it: no Ensembl ids, no aliases. */
export const symbolVocabulary = (symbols: readonly string[]): GeneVocabulary => ({
  symbols,
  ensembl: symbols.map(() => ""),
  aliases: symbols.map(() => []),
});

const COLUMNS = ["symbol", "ensembl", "aliases"] as const;

/**
 * Reads a vocabulary: a tab-separated file with columns symbol, ensembl, aliases (split by `|`) and optionally scale.
 *
 * @throws {KcellfmError} tag "file", when the file cannot be read or its columns are others.
 */
export function readVocabulary(path: string): Promise<GeneVocabulary> {
  const [header, ...rows] = readTsv(path);
  const hasScale = header?.[3] === "scale";
  if (!COLUMNS.every((name, i) => header?.[i] === name) || header.length !== (hasScale ? 4 : 3)) {
    throw fileError(
      `Cannot read gene vocabulary ${path}: its columns must be ${COLUMNS.join(", ")} (and scale)`,
    );
  }
  const vocabulary = {
    symbols: rows.map((row) => row[0]),
    ensembl: rows.map((row) => row[1] ?? ""),
    aliases: rows.map((row) => splitList(row[2])),
    ...(hasScale && { scale: Float32Array.from(rows, (row) => Number(row[3])) }),
  };
  if (new Set(vocabulary.symbols).size !== rows.length) {
    throw fileError(`Cannot read gene vocabulary ${path}: a symbol occurs twice`);
  }
  return Promise.resolve(vocabulary);
}

/** The items of a `|`-separated field. */
export const splitList = (field: string | undefined): string[] => field ? field.split("|") : [];

/** The content of the file that {@linkcode readVocabulary} reads. */
export function vocabularyText(vocabulary: GeneVocabulary): string {
  const { symbols, ensembl, aliases, scale } = vocabulary;
  const header = scale ? [...COLUMNS, "scale"] : COLUMNS;
  const rows = symbols.map((symbol, i) => {
    const fields = [symbol, ensembl[i], aliases[i].join("|")];
    return scale ? [...fields, String(scale[i])] : fields;
  });
  return [header, ...rows].map((row) => row.join("\t") + "\n").join("");
}
