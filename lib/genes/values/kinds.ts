import type { Precision } from "./precision.ts";
import type { Undo } from "./undo.ts";

/** What the values of a matrix are. */
export const VALUE_KINDS = [
  "counts",
  "size_normalised",
  "log1p",
  "square_root",
  "binary",
  "scaled",
] as const;
export type ValueKind = typeof VALUE_KINDS[number];

/** What a caller can say values are; logarithms of a stated base beside the kinds. */
export const ASKABLE_VALUES = ["counts", "size_normalised", "log1p", "log2", "log10", "square_root"] as const;
export type AskedValues = typeof ASKABLE_VALUES[number];

/** How cells are brought back to amounts. */
export interface Plan {
  /** The way back of most cells. */
  readonly undo: Undo;
  /** Cells that are whole multiples of one number come back as counts; each is tried by itself. */
  readonly whole: boolean;
  /** Each cell's smallest value stands for no count, as in centred log ratios. */
  readonly floor: boolean;
  readonly precision: Precision;
}

/** What a matrix was found to hold, and the sentence that says how one knows. */
export interface DetectedValues {
  readonly kind: ValueKind;
  readonly evidence: string;
  /** The way back to amounts; without it values of this kind are taken as they are. */
  readonly plan?: Plan;
  /** What every cell sums to as an amount, where it is the same for all. */
  readonly total?: number;
  /** Values of other kinds that are read like logarithms: they are not amounts, and are never added. */
  readonly asTheyAre?: boolean;
  /** What a careful reader should look into. */
  readonly doubts?: readonly string[];
}
