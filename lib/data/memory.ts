import { type CsrMatrix, Frame, type FrameColumns, sliceRows } from "../matrix/mod.ts";
import type { CellSource } from "./types.ts";

/** Cells that are already in memory. */
export interface MemoryCells {
  readonly name: string;
  readonly matrix: CsrMatrix;
  readonly obsNames: readonly string[];
  readonly varNames: readonly string[];
  readonly obs?: FrameColumns;
  readonly var?: FrameColumns;
  readonly notes?: readonly string[];
}

/**
 * A CellSource over a matrix in memory; its slices share the matrix's memory.
 *
 * @throws {RangeError} when names or columns do not fit the matrix.
 */
export function memorySource(cells: MemoryCells): CellSource {
  const { name, matrix, obsNames, varNames } = cells;
  if (obsNames.length !== matrix.rows || varNames.length !== matrix.cols) {
    throw new RangeError(
      `Cannot use ${name}: ${obsNames.length} cells and ${varNames.length} genes are named, the matrix is ` +
        `${matrix.rows} x ${matrix.cols}`,
    );
  }
  return {
    name,
    nObs: matrix.rows,
    nVars: matrix.cols,
    obsNames,
    varNames,
    obs: new Frame(obsNames, cells.obs),
    var: new Frame(varNames, cells.var),
    notes: cells.notes,
    rows: (start, end) => sliceRows(matrix, start, end),
    close: () => {},
  };
}
