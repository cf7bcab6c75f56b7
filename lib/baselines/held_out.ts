import { createRng } from "../runtime/mod.ts";
import type { FitOptions, Prediction } from "./types.ts";
import { type Table, takeRows } from "../matrix/mod.ts";

/** Options of methods that choose a setting on labelled rows which they do not learn from. */
export interface ValidatedFitOptions extends FitOptions {
  /** Rows of the table to choose by; default: a random fifth of each class. */
  readonly validation?: Int32Array;
}

/** Rows of a table with the label of each. */
export interface LabelledRows {
  readonly table: Table;
  readonly labels: readonly string[];
}

/** Parts labelled rows into those to learn from and those to choose by, which may be none. */
export function holdOut(
  table: Table,
  labels: readonly string[],
  { seed, validation }: ValidatedFitOptions,
): { fit: LabelledRows; validation: LabelledRows } {
  const held = new Set(validation ?? drawFifth(labels, seed));
  const rows = [...labels.keys()];
  const take = (kept: number[]) => ({ table: takeRows(table, kept), labels: kept.map((row) => labels[row]) });
  return {
    fit: take(rows.filter((row) => !held.has(row))),
    validation: take(rows.filter((row) => held.has(row))),
  };
}

/** A fifth of each class, rounded down: classes of fewer than five rows are only learned from. */
function drawFifth(labels: readonly string[], seed: number): number[] {
  const rng = createRng(seed).split("validation");
  return [...new Set(labels)].flatMap((label) => {
    const rows = rng.split(label).shuffle([...labels.keys()].filter((row) => labels[row] === label));
    return rows.slice(0, Math.floor(rows.length / 5));
  });
}

/** Mean -log p of the true labels; one that the classifier does not know has p = 1e-30. */
export function meanLogLoss({ classes, probabilities }: Prediction, labels: readonly string[]): number {
  const codeOf = new Map(classes.map((name, code) => [name, code]));
  const logs = labels.map((label, i) => {
    const code = codeOf.get(label);
    return Math.log(Math.max(code === undefined ? 0 : probabilities[i * classes.length + code], 1e-30));
  });
  return -logs.reduce((sum, log) => sum + log, 0) / labels.length;
}
