import { energyDistance, pearson } from "../../metrics/mod.ts";
import type { Rng } from "../../runtime/mod.ts";
import type { PerturbationModel } from "./model.ts";
import type { Condition } from "./set.ts";
import type { Table } from "../../matrix/mod.ts";

/**
 * Scores of the prediction for a condition. "de": over its 20 most differential genes, else over all.
 *
 * - mse, mse_de: mean squared error of the means
 * - pearson, pearson_de: of the means; near 1 for any model, since genes differ more than conditions
 * - pearson_delta, pearson_delta_de: of the changes against control; 0 where nothing is predicted to change
 * - direction: share of the 20 genes that change the way they are predicted to
 * - normalised_mse, normalised_mse_de: mse over that of no change; below 1 is better than nothing
 * - energy_distance: between predicted and observed cells, at most 100 of each
 * - coverage, interval_width: share of measured means within the stated 90 % intervals, and their mean width
 * - pearson_truth: simulated sets, of the predicted change with the noiseless one
 */
export const PERTURBATION_METRICS = [
  ...["mse", "mse_de", "pearson", "pearson_de", "pearson_delta", "pearson_delta_de"] as const,
  ...[
    "direction",
    "normalised_mse",
    "normalised_mse_de",
    "energy_distance",
    "coverage",
    "interval_width",
  ] as const,
  ...["pearson_truth"] as const,
];
export type PerturbationMetric = typeof PERTURBATION_METRICS[number];

/** The metrics of one condition; those that cannot be had are missing. */
export type PerturbationScores = Readonly<Partial<Record<PerturbationMetric, number>>>;

/** Scores a prediction of a condition's mean: all metrics but energy_distance. */
export function scorePrediction(condition: Condition, predicted: Float32Array): PerturbationScores {
  const { mean, control, differential, truth } = condition;
  const [change, called] = [less(mean, control.mean), less(predicted, control.mean)];
  const top = (values: Float32Array) => Float32Array.from(differential, (gene) => values[gene]);
  const [mse, mseTop] = [meanSquare(less(mean, predicted)), meanSquare(top(less(mean, predicted)))];
  return {
    mse,
    mse_de: mseTop,
    pearson: correlation(predicted, mean),
    pearson_de: correlation(top(predicted), top(mean)),
    pearson_delta: correlation(called, change),
    pearson_delta_de: correlation(top(called), top(change)),
    direction: differential.filter((gene) => called[gene] * change[gene] > 0).length / differential.length,
    normalised_mse: mse / meanSquare(change),
    normalised_mse_de: mseTop / meanSquare(top(change)),
    ...(truth && { pearson_truth: correlation(called, truth) }),
  };
}

/** Share of a condition's measured means that lie within the predicted intervals. */
export function scoreIntervals(
  { mean }: Pick<Condition, "mean">,
  predicted: Float32Array,
  halves: Float32Array,
): PerturbationScores {
  const inside = mean.filter((value, gene) => Math.abs(value - predicted[gene]) <= halves[gene]).length;
  const width = halves.reduce((sum, half) => sum + 2 * half, 0) / halves.length;
  return { coverage: inside / mean.length, interval_width: width };
}

/** Cells of each side that the energy distance looks at. */
const ENERGY_CELLS = 100;

/**
 * The energy distance of predicted and observed cells. A model that predicts no cells gets control cells shifted by
 * its change, stopped at 0.
 */
export function scoreCells(condition: Condition, model: PerturbationModel, rng: Rng): number {
  const observed = drawRows(condition.cells, rng.split("observed"));
  if (model.predictCells) {
    return energyDistance(drawRows(model.predictCells(condition), rng.split("predicted")), observed);
  }
  const { cells, mean } = condition.control;
  const shift = less(model.predict(condition), mean);
  const drawn = drawRows(cells, rng.split("predicted"));
  const data = drawn.data.map((value, at) => Math.max(0, value + shift[at % cells.cols]));
  return energyDistance({ ...drawn, data }, observed);
}

function drawRows({ data, rows, cols }: Table, rng: Rng): Table {
  if (rows <= ENERGY_CELLS) return { data, rows, cols };
  const drawn = new Float32Array(ENERGY_CELLS * cols);
  rng.sample(rows, ENERGY_CELLS).forEach((row, at) => {
    drawn.set(data.subarray(row * cols, (row + 1) * cols), at * cols);
  });
  return { data: drawn, rows: ENERGY_CELLS, cols };
}

const less = (a: Float32Array, b: Float32Array): Float32Array => a.map((value, gene) => value - b[gene]);

const meanSquare = (values: Float32Array): number =>
  values.reduce((sum, value) => sum + value * value, 0) / values.length;

/** 0 where one side is constant: that explains nothing. */
function correlation(a: Float32Array, b: Float32Array): number {
  const r = pearson(a, b);
  return Number.isFinite(r) ? r : 0;
}
