import type { PerturbationModel } from "./model.ts";
import type { Condition, PerturbationSet, PerturbationSplit, PerturbationTarget } from "./set.ts";
import type { Table } from "../../matrix/mod.ts";

/** Conditions of a set by name, in the order of the names. */
export function conditionsNamed(set: PerturbationSet, names: readonly string[]): Condition[] {
  const byName = new Map(set.conditions.map((condition) => [condition.name, condition]));
  return names.map((name) => {
    const found = byName.get(name);
    if (found) return found;
    throw new RangeError(`Cannot find the condition "${name}" in ${set.name}`);
  });
}

/** What a perturbation did to each gene: its mean less that of its control. */
export const changeOf = ({ mean, control }: Condition): Float32Array =>
  mean.map((value, gene) => value - control.mean[gene]);

/** Changes of some conditions, one row each. */
export function changeTable(conditions: readonly Condition[]): Table {
  const cols = conditions[0].mean.length;
  const data = new Float32Array(conditions.length * cols);
  conditions.forEach((condition, row) => data.set(changeOf(condition), row * cols));
  return { data, rows: conditions.length, cols };
}

/** Mean of the training conditions' changes. */
export function meanChange(set: PerturbationSet, split: PerturbationSplit): Float32Array {
  const { data, rows, cols } = changeTable(conditionsNamed(set, split.train));
  return Float32Array.from({ length: cols }, (_, gene) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += data[row * cols + gene];
    return sum / rows;
  });
}

/** A model that says what changes; counts have no negative mean, so predictions stop at 0. */
export function changeModel(
  name: string,
  change: (target: PerturbationTarget) => Float32Array,
): PerturbationModel {
  return {
    name,
    predict: (target) => change(target).map((value, gene) => Math.max(0, target.control.mean[gene] + value)),
  };
}

/** Of several settings, the one whose changes have the least mean squared error on the conditions. */
export function chooseSetting<T>(
  settings: readonly T[],
  conditions: readonly Condition[],
  change: (target: PerturbationTarget, setting: T) => Float32Array,
): T {
  const errorOf = (setting: T) =>
    conditions.reduce((sum, condition) => {
      const predicted = change(condition, setting);
      return sum + changeOf(condition).reduce((own, value, gene) => own + (value - predicted[gene]) ** 2, 0);
    }, 0);
  const errors = settings.map(errorOf);
  return settings[errors.indexOf(Math.min(...errors))];
}
