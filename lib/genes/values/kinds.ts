import type { Precision } from "./precision.ts";
import type { Undo } from "./undo.ts";

/** The possible forms of a matrix's values. */
export const VALUE_KINDS = [
  "counts",
  "size_normalised",
  "log1p",
  "square_root",
  "binary",
  "scaled",
] as const;
export type ValueKind = typeof VALUE_KINDS[number];

/** The forms that a caller can state: the kinds, and logarithms of a stated base. */
export const ASKABLE_VALUES = ["counts", "size_normalised", "log1p", "log2", "log10", "square_root"] as const;
export type AskedValues = typeof ASKABLE_VALUES[number];

/** The steps that bring cells back to amounts. */
export interface Plan {
  /** The way back of most cells. */
  readonly undo: Undo;
  /** Cells that are whole multiples of one number come back as counts; each is tried separately. */
  readonly whole: boolean;
  /** Each cell's smallest value stands for no count, as in centred log ratios. */
  readonly floor: boolean;
  readonly precision: Precision;
}

/** The detected form of a matrix's values, with the reason as a sentence. */
export interface DetectedValues {
  readonly kind: ValueKind;
  readonly evidence: string;
  /** The way back to amounts; without it values of this kind are taken as they are. */
  readonly plan?: Plan;
  /** The sum of every cell as an amount, if all cells have the same. */
  readonly total?: number;
  /** Values of other kinds that are read like logarithms: they are not amounts, and are never added. */
  readonly asTheyAre?: boolean;
  /** Points that a careful reader should check. */
  readonly doubts?: readonly string[];
}
