import { type CellSource, openCells } from "../data/mod.ts";
import { type GeneVocabulary, LOG1P, log1pOnce, matchGenes, type ModelCells } from "../genes/mod.ts";
import { dataError } from "../runtime/mod.ts";
import { type OpenCells, openUsable, type ReadChoice } from "./choose_matrix.ts";
import { isMostlyForeign, selectGenes } from "./two_species.ts";
import type { FileReport } from "./types.ts";

/** An open file on its way into a model; close `cells.source` when done. */
export interface ReadFile {
  readonly cells: ModelCells;
  readonly report: FileReport;
  /** 1 for cells most of whose counts are of another species; null where the file has one only. */
  readonly foreignCells: Uint8Array | null;
}

/**
 * Opens a file of cells by the matrix that can be used best ({@linkcode openUsable}), settles what its values are and
 * matches its genes; those of a second species are left out. The cells come as log1p values; each block is decoded and
 * normalised once, however often it is read, as long as the cells fit into memory.
 *
 * @throws {KcellfmError} when the file cannot be read, holds no cells, its values cannot be used as asked, or too few
 * of its genes are known.
 */
export async function readCells(
  path: string,
  choice: ReadChoice,
  vocabulary: GeneVocabulary,
  open: OpenCells = openCells,
): Promise<ReadFile> {
  const { source, values } = await openUsable({ path, open }, choice);
  try {
    if (source.nObs === 0 || source.nVars === 0) {
      throw dataError(`Cannot use ${path}: it holds ${source.nObs} cells and ${source.nVars} genes`);
    }
    const { tokenOf, foreign, report: overlap } = matchGenes(source, vocabulary, { species: choice.species });
    const own = Int32Array.from(foreign.keys()).filter((column) => !foreign[column]);
    const mixed = own.length < foreign.length;
    return {
      cells: {
        source: log1pOnce(mixed ? selectGenes(source, own) : source, values),
        values: LOG1P,
        tokenOf: mixed ? Int32Array.from(own, (column) => tokenOf[column]) : tokenOf,
        genes: vocabulary.symbols.length,
      },
      foreignCells: mixed ? isMostlyForeign(source, foreign) : null,
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

/** The simulator says so in uns of the files that it writes. */
function isSimulated(source: CellSource): boolean {
  return source.keys?.("uns").includes("simulation") ?? false;
}

/** Columns of var in which files keep gene symbols when the index holds ids. */
const SYMBOL_COLUMNS = ["feature_name", "gene_symbols", "gene_symbol", "gene_name", "symbol"];

/** A readable name for every gene of a file: its symbol column where there is one, else its var names. */
export function geneNames(source: CellSource): readonly string[] {
  const column = SYMBOL_COLUMNS.find((name) => source.var.columns.includes(name));
  if (column === undefined) return source.varNames;
  return source.var.values(column).map((name, i) => name ? String(name) : source.varNames[i]);
}
