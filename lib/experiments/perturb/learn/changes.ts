import { dot, type Table } from "../../../matrix/mod.ts";
import type { PerturbationModel } from "../model.ts";
import type { Condition, PerturbationSet, PerturbationTarget } from "../set.ts";

/** Principal components of the changes that are kept, as in Ahlmann-Eltze 2025. */
export const COMPONENTS = 10;

/** A condition as models see it: what was done to which cells, and the mean of each gene. */
export type Example = PerturbationTarget & Pick<Condition, "mean">;

/** Conditions of a set by name, in the order of the names. */
export function conditionsNamed(set: PerturbationSet, names: readonly string[]): Condition[] {
  const byName = new Map(set.conditions.map((condition) => [condition.name, condition]));
  return names.map((name) => {
    const found = byName.get(name);
    if (found) return found;
    throw new RangeError(`Cannot find the condition "${name}" in ${set.name}`);
  });
}

/** The effect of a perturbation on each gene: its mean less that of its control. */
export const changeOf = ({ mean, control }: Example): Float32Array =>
  mean.map((value, gene) => value - control.mean[gene]);

/** Changes of some conditions, one row each; each divided by its length to the power given (default 0: as they are). */
export function changeTable(conditions: readonly Example[], power = 0): Table {
  const cols = conditions[0].mean.length;
  const data = new Float32Array(conditions.length * cols);
  conditions.forEach((condition, row) => {
    const change = changeOf(condition);
    const length = Math.sqrt(dot(change, change));
    const divisor = power === 0 || length === 0 ? 1 : length ** power;
    data.set(change.map((value) => value / divisor), row * cols);
  });
  return { data, rows: conditions.length, cols };
}

/** Mean of each column of some rows (default: all). */
export function meanOfRows({ data, rows, cols }: Table, picked?: readonly number[]): Float32Array {
  const mean = new Float32Array(cols);
  const wanted = picked ?? Array.from({ length: rows }, (_, row) => row);
  for (const row of wanted) {
    for (let gene = 0; gene < cols; gene++) mean[gene] += data[row * cols + gene] / wanted.length;
  }
  return mean;
}

/** A model that says what changes. */
export type ChangeModel = PerturbationModel & Required<Pick<PerturbationModel, "change">>;

/** A model that says what changes; counts have no negative mean, so predictions stop at 0. */
export function changeModel(
  name: string,
  change: (target: PerturbationTarget) => Float32Array,
): ChangeModel {
  return {
    name,
    change,
    predict: (target) => change(target).map((value, gene) => Math.max(0, target.control.mean[gene] + value)),
  };
}
