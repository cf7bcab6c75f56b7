import { fitRegressionForest } from "../../baselines/mod.ts";
import { Matrix, solve } from "ml-matrix";
import { changeModel, changeOf, changeTable, chooseSetting, conditionsNamed, meanChange } from "./changes.ts";
import { COMPONENTS, type Descriptor, type DescriptorMaker } from "./descriptors.ts";
import type { FitPerturbation } from "./model.ts";
import type { Condition, PerturbationSet, PerturbationSplit, PerturbationTarget } from "./set.ts";
import { cosine, dot, type ExactComponents, exactComponents, rowAt } from "../../matrix/mod.ts";

/** Nothing changes. */
export const fitNoChange: FitPerturbation = () =>
  changeModel("no_change", ({ control }) => control.mean.map(() => 0));

/** Every perturbation does what those of training do on average. */
export const fitTrainMean: FitPerturbation = (set, split) => {
  const mean = meanChange(set, split);
  return changeModel("train_mean", () => mean);
};

/**
 * A pair does what its two genes do alone, summed; a gene whose single is not in training counts as the mean of the singles that
 * are. A single of an unseen gene is that mean.
 */
export const fitAdditive: FitPerturbation = (set, split) => {
  const singles = conditionsNamed(set, split.train).filter(({ perturbed }) => perturbed.length === 1);
  const keyOf = (gene: string, context: string) => `${gene} in ${context}`;
  const known = new Map(
    singles.map((
      condition,
    ) => [keyOf(condition.perturbed[0], condition.control.context), changeOf(condition)]),
  );
  const mean = meanChange(set, {
    ...split,
    train: singles.length > 0 ? singles.map(({ name }) => name) : split.train,
  });
  return changeModel("additive", ({ perturbed, control }) => {
    const parts = perturbed.map((gene) => known.get(keyOf(gene, control.context)) ?? mean);
    return parts.reduce((sum, part) => sum.map((value, gene) => value + part[gene]));
  });
};

/** Training conditions that a descriptor knows, with what it says of them. */
interface Described {
  readonly describe: Descriptor;
  readonly conditions: readonly Condition[];
  readonly rows: readonly Float32Array[];
  readonly mean: Float32Array;
}

function describeTraining(
  set: PerturbationSet,
  split: PerturbationSplit,
  describe: Descriptor,
): Described {
  const known = conditionsNamed(set, split.train).flatMap((condition) => {
    const row = describe(condition);
    return row ? [{ condition, row }] : [];
  });
  return {
    describe,
    conditions: known.map(({ condition }) => condition),
    rows: known.map(({ row }) => row),
    mean: meanChange(set, split),
  };
}

/** Penalties that are tried, and numbers of neighbours; chosen on validation conditions. */
const PENALTIES = [0.03, 0.1, 0.3, 1, 3, 10, 30];
const NEIGHBOURS = [1, 2, 3, 5, 8, 12];

/**
 * The linear model of Ahlmann-Eltze, Huber and Anders (2025), Y = G W P' + b: changes along the first ten principal components G of the
 * training changes, by ridge regression on descriptors P; b is the mean change. P is centred and scaled to a mean squared length
 * of 1. What no descriptor knows changes as b.
 */
export const fitLinear = (name: string, make: DescriptorMaker): FitPerturbation => (set, split, options) => {
  const { describe, conditions, rows, mean } = describeTraining(set, split, make(set, split, options));
  if (conditions.length < 2) return changeModel(name, () => mean);
  const components = exactComponents(changeTable(conditions), { most: COMPONENTS });
  const scale = centring(rows);
  const table = rows.map(scale);
  const solved = PENALTIES.map((penalty) => ({ weights: ridge(table, components.scores, penalty) }));
  const change = (target: PerturbationTarget, { weights }: { weights: Matrix }) => {
    const own = describe(target);
    return own ? alongComponents(components, productsWith(table, scale(own)).mmul(weights)) : mean;
  };
  const chosen = chooseSetting(solved, conditionsNamed(set, split.validation), change);
  return changeModel(name, (target) => change(target, chosen));
};

/** (P P' + penalty I)^-1 scores: weights of the training rows, by the dual of ridge regression. */
function ridge(table: readonly Float32Array[], scores: Matrix, penalty: number): Matrix {
  const products = new Matrix(table.map((a) => table.map((b) => dot(a, b))));
  return solve(Matrix.add(products, Matrix.eye(table.length).mul(penalty)), scores);
}

const productsWith = (table: readonly Float32Array[], row: Float32Array): Matrix =>
  new Matrix([table.map((other) => dot(other, row))]);

function alongComponents({ mean, loadings }: ExactComponents, scores: Matrix): Float32Array {
  return mean.map((value, gene) => {
    let sum = value;
    for (let k = 0; k < loadings.rows; k++) sum += scores.get(0, k) * rowAt(loadings, k)[gene];
    return sum;
  });
}

/** Takes the mean of the rows away and scales to a mean squared length of 1. */
function centring(rows: readonly Float32Array[]): (row: Float32Array) => Float32Array {
  const mean = rows[0].map((_, k) => rows.reduce((sum, row) => sum + row[k], 0) / rows.length);
  const centre = (row: Float32Array) => row.map((value, k) => value - mean[k]);
  const squared = rows.reduce((sum, row) => sum + dot(centre(row), centre(row)), 0) / rows.length;
  const factor = squared > 0 ? 1 / Math.sqrt(squared) : 0;
  return (row) => centre(row).map((value) => value * factor);
}

/** The mean change of the most similar training conditions by cosine of descriptors; how many is chosen on validation. */
export const fitSimilar = (name: string, make: DescriptorMaker): FitPerturbation => (set, split, options) => {
  const { describe, conditions, rows, mean } = describeTraining(set, split, make(set, split, options));
  const changes = conditions.map(changeOf);
  const change = (target: PerturbationTarget, k: number) => {
    const own = describe(target);
    if (!own || changes.length === 0) return mean;
    const nearest = rows.map((row, at) => ({ at, similarity: cosine(row, own) }))
      .sort((a, b) => b.similarity - a.similarity).slice(0, k);
    return mean.map((_, gene) =>
      nearest.reduce((sum, { at }) => sum + changes[at][gene], 0) / nearest.length
    );
  };
  const k = chooseSetting(NEIGHBOURS, conditionsNamed(set, split.validation), change);
  return changeModel(name, (target) => change(target, k));
};

/** A random forest on descriptors (Csendes 2025). */
export const fitForest = (name: string, make: DescriptorMaker): FitPerturbation => (set, split, options) => {
  const { describe, conditions, rows, mean } = describeTraining(set, split, make(set, split, options));
  if (conditions.length < 2 || rows[0].length === 0) return changeModel(name, () => mean);
  const forest = fitRegressionForest(tableOf(rows), changeTable(conditions), { seed: options.seed });
  return changeModel(name, (target) => {
    const own = describe(target);
    return own ? forest.predict(tableOf([own])).data : mean;
  });
};

function tableOf(rows: readonly Float32Array[]) {
  const cols = rows[0].length;
  const data = new Float32Array(rows.length * cols);
  rows.forEach((row, at) => data.set(row, at * cols));
  return { data, rows: rows.length, cols };
}
