import { basename, dataError, fileError, KcellfmError, messageOf } from "../../runtime/mod.ts";
import type { DenseArray } from "../h5ad/elements.ts";
import { memorySource } from "../memory.ts";
import type { CellSource } from "../types.ts";
import type { RCells } from "./cells.ts";
import { readRFile } from "./file.ts";
import { findCells, type ObjectChoice } from "./find.ts";
import { UNUSED_SLOTS } from "./seurat.ts";

/** The cells of an R file, in memory, with the elements that an `.h5ad` would have beside them. */
export interface RSource extends CellSource {
  /** Name of the matrix that was read: `RNA/counts`. */
  readonly matrixName: string;
  readonly layers: readonly string[];
  /** Names of `obsm`; empty for other groups. */
  keys(group: string): string[];
  /** A reduction such as `X_umap`, or `spatial`. */
  obsm(name: string): DenseArray;
}

/**
 * Opens an `.rds`, `.rda` or `.RData` file that holds cells: see {@linkcode findCells}. The file is read as data,
 * nothing in it is run.
 *
 * @throws {KcellfmError} tag "file" when it is damaged, "data" when it holds no cells, or several sets of them.
 */
export async function openR(path: string, choice: ObjectChoice = {}): Promise<RSource> {
  const variables = await readRFile(path, { skipped: new Set(UNUSED_SLOTS) });
  try {
    return sourceOf(path, findCells(path, variables, choice));
  } catch (error) {
    if (error instanceof KcellfmError) throw error;
    throw fileError(`Cannot read ${path}: ${messageOf(error)}; the file is damaged`, error);
  }
}

function sourceOf(path: string, cells: RCells): RSource {
  const source = memorySource({
    name: basename(path),
    matrix: cells.matrix,
    obsNames: cells.obsNames,
    varNames: cells.varNames,
    obs: cells.obs,
    var: cells.var,
  });
  return {
    ...source,
    matrixName: cells.matrixName,
    layers: cells.layers,
    keys: (group) => group === "obsm" ? [...cells.obsm.keys()] : [],
    obsm: (name) => {
      const found = cells.obsm.get(name);
      if (found) return found;
      throw dataError(`Cannot read obsm/${name} of ${path}: there is no such reduction`);
    },
  };
}
