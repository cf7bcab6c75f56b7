import type { Classifier } from "./types.ts";
import { fitLogisticRegression, type LinearMap, predictLinear } from "./logistic_regression.ts";
import { type LabelledRows, meanLogLoss } from "./held_out.ts";
import { encodeLabels } from "./labels.ts";
import {
  csrFromDense,
  measureScaling,
  type Scaling,
  standardise,
  type Table,
  takeRows,
} from "../matrix/mod.ts";
import { geneInformativeness } from "./informativeness.ts";

/** Rows of a table to learn from and to choose by. */
export interface ValidatedTable extends LabelledRows {
  /** Rows of the table that settings are chosen by, ascending. */
  readonly validation: Int32Array;
}

/** A classifier that is a linear map of the values as they are. */
export interface LinearClassifier extends Classifier, LinearMap {}

/** The linear path of the head, before and after it may learn from the validation cells too. */
export interface LinearPath {
  /** Fitted to the training cells alone: its answers on the validation cells are honest. */
  readonly trained: LinearClassifier;
  /** Fitted to training and validation cells, for use. */
  readonly final: LinearClassifier;
  /** The chosen inverse penalty. */
  readonly c: number;
}

/** Options for scaling features before weights are penalised. */
export interface LinearPathOptions {
  readonly seed: number;
  /** By unit variance and eta, by unit variance alone, or not at all; default "eta". */
  readonly scale?: "eta" | "variance" | "none";
  /** Inverse penalties that are tried, strongest first; default 0.03 to 3. */
  readonly strengths?: readonly number[];
}

const STRENGTHS = [0.03, 0.1, 0.3, 1, 3];

/**
 * A linear map from the genes' log1p values to the classes, penalised by ||W||^2 / (2 C), with C of the least log-loss on
 * the validation cells. Genes are scaled to unit variance and multiplied by eta, their correlation ratio with the classes
 * on the rows learned from: the model reads genes by value x eta squared too, and a penalised weight on such a
 * feature is a weight with prior variance eta squared, so that a gene without signal has no say. `scale` does otherwise.
 */
export function fitLinearPath(data: ValidatedTable, options: LinearPathOptions): LinearPath {
  const held = new Set(data.validation);
  const known = pick(data, [...data.labels.keys()].filter((row) => !held.has(row)));
  const unseen = pick(data, data.validation);
  const fit = weighedRegression(known, options);
  let best: { c: number; loss: number; trained: LinearClassifier } | null = null;
  for (const c of unseen.labels.length > 0 ? options.strengths ?? STRENGTHS : []) {
    const trained = fit(c);
    const loss = meanLogLoss(trained.predict(unseen.table), unseen.labels);
    if (best && loss >= best.loss) break; // one minimum in C, and weak penalties take longest
    best = { c, loss, trained };
  }
  const c = best?.c ?? 1;
  const final = weighedRegression(data, options)(c);
  return { trained: best?.trained ?? final, final, c };
}

const pick = ({ table, labels }: LabelledRows, rows: ArrayLike<number>): LabelledRows => ({
  table: takeRows(table, rows),
  labels: Array.from(rows, (row) => labels[row]),
});

/** Scales and weighs the rows once, for any penalty. */
function weighedRegression(
  { table, labels }: LabelledRows,
  { seed, scale = "eta" }: LinearPathOptions,
): (c: number) => LinearClassifier {
  const scaling = SCALINGS[scale](table, labels);
  const scaled = standardise(table, scaling);
  return (c) => {
    const map = unscaled(fitLogisticRegression(scaled, labels, { seed, c, standardise: false }), scaling);
    return { ...map, predict: (query) => predictLinear(map, query) };
  };
}

/** The map of plain values that equals one of scaled values: W' = W / sd, b' = b - mean W'. */
function unscaled({ classes, weights, intercepts }: LinearMap, { mean, inverseSd }: Scaling): LinearMap {
  const width = classes.length;
  const plain = weights.map((weight, at) => weight * inverseSd[Math.floor(at / width)]);
  const moved = Float64Array.from(intercepts);
  plain.forEach((weight, at) => moved[at % width] -= mean[Math.floor(at / width)] * weight);
  return { classes, weights: plain, intercepts: Float32Array.from(moved) };
}

/** (x - mean) / sd times the correlation ratio of each feature. */
export function weighedScaling(table: Table, labels: readonly string[]): Scaling {
  const { classes, codes } = encodeLabels(table, labels);
  const { mean, inverseSd } = measureScaling(table);
  const cells = csrFromDense(table.data, table.rows, table.cols);
  const squared = geneInformativeness([{ cells, classes: codes }], {
    genes: table.cols,
    classes: classes.length,
  });
  return { mean, inverseSd: inverseSd.map((inverse, gene) => inverse * Math.sqrt(squared[gene])) };
}

const SCALINGS = {
  eta: weighedScaling,
  variance: measureScaling,
  none: ({ cols }: Table): Scaling => ({
    mean: new Float32Array(cols),
    inverseSd: new Float32Array(cols).fill(1),
  }),
};
