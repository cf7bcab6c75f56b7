import type { CsrMatrix, Frame } from "../matrix/mod.ts";
import type { DenseArray } from "./h5ad/elements.ts";

/**
 * Cells in slices: the one form in which matrices of cells travel, whatever file (or simulator) they come from.
 * Nothing that takes a CellSource may ask for all rows at once.
 */
export interface CellSource {
  /** A short name for messages and results, usually the file's. */
  readonly name: string;
  readonly nObs: number;
  readonly nVars: number;
  readonly obsNames: readonly string[];
  readonly varNames: readonly string[];
  /** One row a cell, in file order, under `obsNames`. */
  readonly obs: Frame;
  /** One row a gene, in file order, under `varNames`. */
  readonly var: Frame;
  /** Warnings and remarks on the reading of the file, as sentences. */
  readonly notes?: readonly string[];
  /** Names of what lies beside the matrix in a group such as `obsm`; where a form has such groups. */
  keys?(group: string): string[];
  /** Numbers with a row a cell: a reduction such as `X_umap`, or places in `spatial`. */
  obsm?(name: string): DenseArray;
  /** Rows [start, end) of the matrix. */
  rows(start: number, end: number): CsrMatrix;
  close(): void;
}
