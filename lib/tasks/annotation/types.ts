import type { DetectedValues } from "../../data/values.ts";
import type { OverlapReport } from "../../genes/mod.ts";

/** A cell type as the answer names it; `id` is its Cell Ontology id, or "" where no term is known. */
export interface CellType {
  readonly name: string;
  readonly id: string;
}

/** A type for every cell. */
export interface Calls {
  /** The types that could be called. */
  readonly types: readonly CellType[];
  /** Place in `types` of each cell's best type. */
  readonly best: Int32Array;
  /** Calibrated probability of the best type, in [0, 1]. */
  readonly confidence: Float32Array;
  /** Calibrated probability of each of `types`, cells x types. */
  readonly probabilities: Float32Array;
  /** How little the cell resembles any of the types, in [0, 1]; above 0.5 it is likelier to be of none. */
  readonly novelty: Float32Array;
}

/** What was read of a file, and how. */
export interface FileReport {
  readonly path: string;
  readonly name: string;
  readonly cells: number;
  readonly genes: number;
  /** False for cells that our simulator drew. */
  readonly real: boolean;
  /** What its values were taken for, and from what that was concluded. */
  readonly values: DetectedValues;
  readonly overlap: OverlapReport;
}
