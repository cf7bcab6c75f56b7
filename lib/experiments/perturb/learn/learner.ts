import type { Table } from "../../../matrix/mod.ts";
import type { PerturbationTarget } from "../set.ts";
import type { Example } from "./changes.ts";

/** Settings of a learner, as plain data. */
export type Setting = Readonly<Record<string, number>>;

/** Conditions with their descriptors, one row each. */
export interface DescribedExamples {
  readonly conditions: readonly Example[];
  readonly rows: readonly Float32Array[];
  readonly seed: number;
  /** Fitted to choose a setting and forgotten: may be coarser. */
  readonly trial: boolean;
}

/** Predicts the change of each gene from the descriptor of a target. */
export type ChangeByRow = (row: Float32Array, target: PerturbationTarget) => Float32Array;

/** A way to learn changes from described conditions. */
export interface Learner {
  /** Settings to choose among, the first where nothing can be chosen. */
  readonly settings: readonly Setting[];
  /** Powers to choose among, where fewer than usual are worth their time. */
  readonly powers?: readonly number[];
  /** Fewer conditions than this teach nothing; default 1. */
  readonly least?: number;
  /** Prepares what does not depend on the setting; then learns `changes` (a row a condition). */
  prepare(examples: DescribedExamples): (changes: Table, setting: Setting) => ChangeByRow;
}
