import { type CellSource, type H5ad, type MatrixChoice, type ObjectChoice, openCells } from "../data/mod.ts";
import {
  type DetectedValues,
  detectValues,
  type GeneVocabulary,
  matchGenes,
  type ModelCells,
  type ValueKind,
} from "../genes/mod.ts";
import { dataError, KcellfmError } from "../runtime/mod.ts";
import type { FileReport } from "./types.ts";

/** Which matrix of a file to read, and what it holds. */
export interface ReadChoice extends MatrixChoice, ObjectChoice {
  /** What the values are; default: what they look like. */
  readonly values?: ValueKind;
}

/** An open file on its way into a model; close `cells.source` when done. */
export interface ReadFile {
  readonly cells: ModelCells;
  readonly report: FileReport;
}

interface Opened {
  readonly source: CellSource;
  readonly values: DetectedValues;
}

/**
 * Opens a file of cells, settles what its values are and matches its genes. Where X is scaled and nothing else was
 * asked for, raw is read in its place if the file has it; the report says so.
 *
 * @throws {KcellfmError} when the file cannot be read, holds no cells, its values cannot be used as asked, or too few
 * of its genes are known.
 */
export async function readCells(
  path: string,
  choice: ReadChoice,
  vocabulary: GeneVocabulary,
): Promise<ReadFile> {
  const { source, values } = await openUsable(path, choice);
  try {
    if (source.nObs === 0 || source.nVars === 0) {
      throw dataError(`Cannot use ${path}: it holds ${source.nObs} cells and ${source.nVars} genes`);
    }
    const { tokenOf, report: overlap } = matchGenes(source, vocabulary);
    return {
      cells: { source, values, tokenOf, genes: vocabulary.symbols.length },
      report: {
        path,
        name: source.name,
        cells: source.nObs,
        genes: source.nVars,
        real: !isSimulated(source),
        values,
        overlap,
      },
    };
  } catch (error) {
    source.close();
    throw error;
  }
}

async function openUsable(path: string, choice: ReadChoice): Promise<Opened> {
  const source = await openCells(path, choice);
  try {
    const values = detectValues(source, { expect: choice.values });
    if (values.kind !== "scaled") return { source, values };
  } catch (error) {
    source.close();
    throw error;
  }
  source.close();
  const raw = choice.layer === undefined && !choice.useRaw ? await openRaw(path, choice) : null;
  if (raw) return raw;
  throw dataError(
    `Cannot use the values of ${path}: they are scaled (negative values), which cannot be undone; ` +
      `choose counts or log-normalised values with --layer NAME or --use-raw`,
  );
}

/** `raw` of a file whose X is scaled, or null where there is none or it is scaled too. */
async function openRaw(path: string, { object }: ReadChoice): Promise<Opened | null> {
  try {
    const source = await openCells(path, { object, useRaw: true });
    const values = detectValues(source);
    if (values.kind !== "scaled") {
      return { source, values: { ...values, evidence: `X is scaled, so raw was read: ${values.evidence}` } };
    }
    source.close();
  } catch (error) {
    if (!(error instanceof KcellfmError)) throw error;
  }
  return null;
}

/** The simulator says so in uns of the files that it writes. */
function isSimulated(source: CellSource | H5ad): boolean {
  return "keys" in source && source.keys("uns").includes("simulation");
}

/** Columns of var in which files keep gene symbols when the index holds ids. */
const SYMBOL_COLUMNS = ["feature_name", "gene_symbols", "gene_symbol", "gene_name", "symbol"];

/** A readable name for every gene of a file: its symbol column where there is one, else its var names. */
export function geneNames(source: CellSource): readonly string[] {
  const column = SYMBOL_COLUMNS.find((name) => source.var.columns.includes(name));
  if (column === undefined) return source.varNames;
  return source.var.values(column).map((name, i) => name ? String(name) : source.varNames[i]);
}
