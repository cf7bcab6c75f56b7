import { fitAngleRegression } from "../../baselines/mod.ts";
import {
  circularCorrelation,
  circularMean,
  type ExperimentScores,
  meanAngleError,
  summarise,
} from "../../metrics/mod.ts";
import { type ExperimentOptions, OURS, readFold, runExperiment } from "../finetune/mod.ts";
import type { CycleSet } from "./read.ts";

/** Number of sectors that the circle is cut into for a model that names classes. */
const SECTORS = 12;
const TURN = 2 * Math.PI;

/** The angles that each method predicts for the test cells of one split. */
export interface AngleFold {
  readonly truth: Float32Array;
  readonly answers: Readonly<Record<string, Float32Array>>;
  readonly scores: Readonly<Record<string, ExperimentScores>>;
  /** The model's answer in the unit circle: the nearer to the rim, the surer. */
  readonly places: Places;
}

/** Points of the plane. */
export interface Places {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Predicted angles, split by split. */
export interface AngleRun {
  readonly folds: readonly AngleFold[];
  /** Mean over the splits, by method: `angle_error` (radians) and `circular_correlation`. */
  readonly mean: Readonly<Record<string, ExperimentScores>>;
  readonly sd: Readonly<Record<string, ExperimentScores>>;
}

/**
 * Predicts where on the circle each test cell is. The model names one of twelve sectors; its answer is the direction of
 * the sectors' middles weighed by their probabilities, so that it is continuous. Beside it: ridge regression of
 * cosine and sine on the same genes, and the mean direction of the training cells for every cell.
 */
export async function runAngles(
  set: CycleSet & { readonly angles: Float32Array },
  options: ExperimentOptions,
): Promise<AngleRun> {
  const labels = set.labels.map((label, row) => label === null ? null : sectorOf(set.angles[row]));
  const run = await runExperiment({ ...set, labels }, { ...options, baselines: {}, ablations: false });
  const folds = run.folds.map(({ split, classes, answers }): AngleFold => {
    const pick = (rows: ArrayLike<number>) => Float32Array.from(rows, (row) => set.angles[row]);
    const fold = readFold(run.set, split);
    const known = pick([...split.train, ...split.validation].sort((a, b) => a - b));
    const ridge = fitAngleRegression(fold.table, known, { validation: fold.validationRows });
    const places = meanPlaces(answers[OURS].probabilities ?? new Float32Array(), classes.map(middleOf));
    return scored(pick(split.test), places, {
      [OURS]: places.x.map((x, cell) => Math.atan2(places.y[cell], x)),
      ridge_regression: ridge.predict(fold.test),
      mean_direction: new Float32Array(split.test.length).fill(circularMean(known)),
    });
  });
  return { folds, ...summaries(folds) };
}

/** Names sort as sectors follow each other. */
const sectorOf = (angle: number): string =>
  `sector ${String(Math.floor(((angle % TURN) + TURN) % TURN / TURN * SECTORS)).padStart(2, "0")}`;

const middleOf = (sector: string): number => (Number(sector.slice(-2)) + 0.5) * TURN / SECTORS;

/** The mean of points on the unit circle, weighed by each row of `[cells, angles]` probabilities. */
export function meanPlaces(probabilities: Float32Array, angles: readonly number[]): Places {
  const along = (of: (angle: number) => number) =>
    Float32Array.from(
      { length: probabilities.length / angles.length },
      (_, row) =>
        angles.reduce((sum, angle, k) => sum + probabilities[row * angles.length + k] * of(angle), 0),
    );
  return { x: along(Math.cos), y: along(Math.sin) };
}

function scored(truth: Float32Array, places: Places, answers: Record<string, Float32Array>): AngleFold {
  const scores = Object.entries(answers).map(([name, called]): [string, ExperimentScores] => [name, {
    angle_error: meanAngleError(truth, called),
    ...(name !== "mean_direction" && { circular_correlation: circularCorrelation(truth, called) }),
  }]);
  return { truth, answers, places, scores: Object.fromEntries(scores) };
}

function summaries(folds: readonly AngleFold[]): Pick<AngleRun, "mean" | "sd"> {
  const names = Object.keys(folds[0].scores);
  const all = names.map((name) => ({ name, ...summarise(folds.map(({ scores }) => scores[name])) }));
  return {
    mean: Object.fromEntries(all.map(({ name, mean }) => [name, mean])),
    sd: Object.fromEntries(all.map(({ name, sd }) => [name, sd])),
  };
}
