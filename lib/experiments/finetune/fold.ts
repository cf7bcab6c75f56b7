import {
  type FitClassifier,
  fitFusion,
  fitLinearPath,
  fitMajority,
  fitNeighbours,
  fitPerceptron,
  fitRandomForest,
  fitTunedLogisticRegression,
  fuse,
  type Fusion,
  type LinearPath,
  rareShift,
  type Split,
  toPrediction,
  type ValidatedFitOptions,
} from "../../baselines/mod.ts";
import {
  type CellModel,
  disposeModel,
  informativeGenes,
  readFeatures,
  type TypeSpace,
} from "../../cell/mod.ts";
import { createRng } from "../../runtime/mod.ts";
import type { TrainingResult } from "../../train/mod.ts";
import type { HiddenCells } from "./hidden.ts";
import { type EncodedCells, encodeHidden, encodeRows } from "./predict.ts";
import type { TunedModel } from "./saved.ts";
import type { PreparedSet } from "./prepare.ts";
import { fineTune, hideFor, type TuneOptions, type TuningData } from "./tune.ts";
import type { TuneSettings } from "./tune_settings.ts";
import { type Table, takeRows } from "../../matrix/mod.ts";
import type { ExperimentScores } from "../../metrics/mod.ts";

/** A baseline that may choose its settings on the validation rows that it receives. */
export type FitBaseline = (
  table: Table,
  labels: readonly string[],
  options: ValidatedFitOptions,
) => ReturnType<FitClassifier>;

/** The methods that a user would try first, by their names in results. */
export const BASELINES: Readonly<Record<string, FitBaseline>> = {
  majority: fitMajority,
  logistic_regression: fitTunedLogisticRegression,
  random_forest: fitRandomForest,
  nearest_neighbours: fitNeighbours,
  perceptron: fitPerceptron,
};

/** One split of a set in the forms that methods take; only the classes that training meets can be called. */
export interface FoldData extends TuningData {
  readonly split: Split;
  /** Training and validation cells, ascending, at the chosen genes. */
  readonly table: Table;
  readonly labels: readonly string[];
  /** Rows of the table that are validation cells. */
  readonly validationRows: Int32Array;
  readonly test: Table;
  /** Tokens of the genes that are the tables' columns, ascending. */
  readonly genes: Int32Array;
  /** True label of each test cell. */
  readonly truth: readonly string[];
}

/** Reads a split of a set. */
export function readFold(set: PreparedSet, split: Split): FoldData {
  const met = new Set(Array.from(split.train, (row) => set.codes[row]));
  const kept = [...met].sort((a, b) => a - b);
  const codeOf = new Map(kept.map((code, i) => [code, i]));
  const known = Int32Array.from([...split.train, ...split.validation]).sort();
  const held = new Set(split.validation);
  const learned = { ...set.cells, rows: split.train, classes: set.codes };
  const genes = informativeGenes(set.genes, learned, set.classes.length);
  const labelOf = (row: number) => set.classes[set.codes[row]];
  return {
    cells: set.cells,
    classes: kept.map((code) => set.classes[code]),
    codes: set.codes.map((code) => codeOf.get(code) ?? -1),
    train: split.train,
    validation: split.validation,
    split,
    table: readFeatures(set.cells, genes, known),
    labels: Array.from(known, labelOf),
    validationRows: Int32Array.from(known.keys().filter((i) => held.has(known[i]))),
    test: readFeatures(set.cells, genes, split.test),
    genes,
    truth: Array.from(split.test, labelOf),
  };
}

/** A method's answer for the test cells. */
export interface Answer {
  readonly labels: readonly string[];
  /** `[test cells, classes of the fold]`, where the method has them. */
  readonly probabilities?: Float32Array;
}

/** Fits a baseline and asks it of the test cells. */
export function answerBaseline(fit: FitBaseline, fold: FoldData, seed: number): Answer {
  const model = fit(fold.table, fold.labels, { seed, validation: fold.validationRows });
  const { labels } = model.predict(fold.test);
  return { labels };
}

/** Output of the frozen layers for all cells of a fold, for any number of tunings from one start. */
export const hideFold = (
  start: CellModel,
  fold: FoldData,
  settings: Partial<TuneSettings>,
): HiddenCells | null => hideFor(start, fold, { ...settings, more: fold.split.test });

/** A tuned encoder's answers, alone and together with the linear path. */
export interface TunedAnswers {
  readonly encoder: Answer;
  readonly fused: Answer;
  readonly fusion: Fusion;
  readonly validation: EncodedCells;
  readonly test: EncodedCells;
  readonly training: TrainingResult;
}

/** The tuned model's name among methods. */
export const OURS = "kcellfm";

/** The answers of every method on one split. */
export interface FoldAnswers {
  readonly split: Split;
  readonly truth: readonly string[];
  /** Classes that could be called, in the order of the columns of probabilities. */
  readonly classes: readonly string[];
  /** By the names of the results file; "kcellfm" is the tuned model. */
  readonly answers: Readonly<Record<string, Answer>>;
  readonly scores: Readonly<Record<string, ExperimentScores>>;
  readonly tuned: TunedAnswers;
}

/** Fine-tunes a model on the fold, weighs it against the linear path on the validation cells, and asks both. */
export async function answerTuned(
  start: CellModel,
  fold: FoldData,
  { linear, draws, keep, ...options }: TuneOptions & {
    linear: LinearPath;
    space: TypeSpace | null;
    /** Further readings of each cell with hidden genes, averaged. */
    draws: number;
    /** Gets all that names cells before it is freed. */
    keep?: (tuned: TunedModel) => Promise<void>;
  },
): Promise<TunedAnswers> {
  const hidden = options.hidden === undefined ? hideFold(start, fold, options) : options.hidden;
  const { model, training } = await fineTune(start, fold, { ...options, hidden });
  const rng = createRng(options.seed).split("reading");
  const encode = (rows: Int32Array) =>
    hidden && draws === 0
      ? encodeHidden(model, hidden, rows)
      : encodeRows(model, { ...fold.cells, rows, classes: fold.codes }, { draws, hide: options.hide, rng });
  const [validation, test] = [encode(fold.validation), encode(fold.split.test)];
  const fusion = {
    ...weighPaths(fold, { linear, validation }, options.linearFirst),
    shift: rareShift(countsOf(fold)),
  };
  await keep?.({ model, linear: linear.final, fusion, genes: fold.genes });
  disposeModel(model);
  const paths = { encoder: test.probabilities, linear: linear.final.predict(fold.test).probabilities };
  return {
    encoder: toPrediction(fold.classes, test.probabilities),
    fused: toPrediction(fold.classes, fuse(paths, fusion, fold.classes.length)),
    fusion,
    validation,
    test,
    training,
  };
}

/** Weights of the two paths, fitted on the validation cells. */
const weighPaths = (
  fold: FoldData,
  { linear, validation }: { linear: LinearPath; validation: EncodedCells },
  strength?: number,
) =>
  fitFusion(
    {
      encoder: validation.probabilities,
      linear: linear.trained.predict(takeRows(fold.table, fold.validationRows)).probabilities,
    },
    Int32Array.from(fold.validation, (row) => fold.codes[row]),
    { strength },
  );

/** Cells of each class that are learned from. */
function countsOf({ classes, codes, train, validation }: FoldData): Int32Array {
  const counts = new Int32Array(classes.length);
  for (const row of [...train, ...validation]) counts[codes[row]]++;
  return counts;
}

/** The linear path of a fold and its own answer. */
export function answerLinear(fold: FoldData, seed: number): { path: LinearPath; answer: Answer } {
  const { table, labels, validationRows } = fold;
  const path = fitLinearPath({ table, labels, validation: validationRows }, { seed });
  return { path, answer: path.final.predict(fold.test) };
}
