import type { CellType } from "../ontology/mod.ts";
import type { DetectedValues, OverlapReport } from "../genes/mod.ts";

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
  /** Dissimilarity of the cell to all of the types, in [0, 1]; above 0.5 the cell more likely belongs to none. */
  readonly novelty: Float32Array;
}

/** A summary of one file: its cells, its values, and the way they were read. */
export interface FileReport {
  readonly path: string;
  readonly name: string;
  readonly cells: number;
  readonly genes: number;
  /** False for cells that our simulator drew. */
  readonly real: boolean;
  /** The detected form of its values, with the reason. */
  readonly values: DetectedValues;
  readonly overlap: OverlapReport;
}
