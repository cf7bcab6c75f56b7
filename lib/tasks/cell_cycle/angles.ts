import { fitAngleRegression } from "../../baselines/mod.ts";
import { circularCorrelation, circularMean, meanAngleError } from "../../metrics/mod.ts";
import {
  type ExperimentOptions,
  type ExperimentScores,
  OURS,
  readFold,
  runExperiment,
  summarise,
} from "../finetune/mod.ts";
import type { CycleSet } from "./read.ts";

/** How many sectors the circle is cut into for a model that names classes. */
const SECTORS = 12;
const TURN = 2 * Math.PI;

/** What each method says of the angles of the test cells of one split. */
export interface AngleFold {
  readonly truth: Float32Array;
  readonly answers: Readonly<Record<string, Float32Array>>;
  readonly scores: Readonly<Record<string, ExperimentScores>>;
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
    return scored(pick(split.test), {
      [OURS]: directions(answers[OURS].probabilities ?? new Float32Array(), classes),
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

/** The mean direction of each row of `[cells, classes]` probabilities. */
function directions(probabilities: Float32Array, classes: readonly string[]): Float32Array {
  const middles = classes.map(middleOf);
  return Float32Array.from(
    { length: probabilities.length / classes.length },
    (_, row) =>
      circularMean(middles, probabilities.subarray(row * classes.length, (row + 1) * classes.length)),
  );
}

function scored(truth: Float32Array, answers: Record<string, Float32Array>): AngleFold {
  const scores = Object.entries(answers).map(([name, called]): [string, ExperimentScores] => [name, {
    angle_error: meanAngleError(truth, called),
    ...(name !== "mean_direction" && { circular_correlation: circularCorrelation(truth, called) }),
  }]);
  return { truth, answers, scores: Object.fromEntries(scores) };
}

function summaries(folds: readonly AngleFold[]): Pick<AngleRun, "mean" | "sd"> {
  const names = Object.keys(folds[0].scores);
  const all = names.map((name) => ({ name, ...summarise(folds.map(({ scores }) => scores[name])) }));
  return {
    mean: Object.fromEntries(all.map(({ name, mean }) => [name, mean])),
    sd: Object.fromEntries(all.map(({ name, sd }) => [name, sd])),
  };
}
