import { type CellConfig, type CellModel, cellPreset, saveCellCheckpoint } from "../../cell/mod.ts";
import { type GeneVocabulary, VIEW_RATES } from "../../genes/mod.ts";
import type { Result } from "../../metrics/mod.ts";
import type { Ontology } from "../../ontology/mod.ts";
import { createRng, usageError } from "../../runtime/mod.ts";
import { calibrate, type NamedCells, nameTestCells, scoreBaselines, scoreTypes } from "./evaluate.ts";
import { preparePretraining, type PretrainingData, type SplitStudy, type Study } from "./sets.ts";
import { drawRows, type Seeing } from "./training_batches.ts";
import { pretrain, type Pretrained, type PretrainingOptions } from "./train.ts";
import type { TypeVectors } from "../../text/mod.ts";

/** Training settings of a preset. */
export type TrainingSettings =
  & Pick<PretrainingOptions, "epochs" | "batchSize" | "peak">
  & Partial<
    Pick<
      PretrainingOptions,
      | "warmup"
      | "floor"
      | "weightDecay"
      | "clip"
      | "hide"
      | "anyGrain"
      | "weights"
      | "profileShare"
      | keyof Seeing
    >
  >;

/** Training settings by preset; a run may override any of them. The paper's are ORIGINAL section 3: plain Adam. */
export const TRAINING = {
  nano: { epochs: 4, batchSize: 32, peak: 3e-3 },
  walkthrough: {
    epochs: 11,
    profileShare: 0.7,
    batchSize: 128,
    peak: 1e-3,
    weights: { expression: 0.05, cellType: 1, ontology: 0.5 },
    anyGrain: true,
    perType: 150,
    views: VIEW_RATES,
    group: 32,
    drawLength: true,
  },
  paper: { epochs: 1, batchSize: 64, peak: 5e-5, warmup: 0, floor: 1, weightDecay: 0, clip: 0.5, hide: 0 },
} as const satisfies Record<string, TrainingSettings>;

/** The name of a preset that can be trained. */
export type TrainingPreset = keyof typeof TRAINING;

/** A training preset by name. @throws {KcellfmError} tag "usage", when there is none of that name. */
export function trainingPreset(name: string): TrainingPreset {
  if (name in TRAINING) return name as TrainingPreset;
  throw usageError(
    `Cannot train at preset "${name}": it is not known (known: ${Object.keys(TRAINING).join(", ")})`,
  );
}

/** Engine, data and settings of an experiment; missing fields come from the preset. */
export interface ExperimentOptions extends
  Partial<
    Pick<
      PretrainingOptions,
      | keyof TrainingSettings
      | "directory"
      | "onLog"
      | "onStep"
      | "onStart"
      | "signal"
      | "weights"
      | "workers"
      | "asPublished"
    >
  > {
  readonly preset: TrainingPreset;
  readonly config?: CellConfig;
  readonly seed: number;
  readonly ontology: Ontology;
  readonly types: TypeVectors;
  readonly vocabulary: GeneVocabulary;
  /** Called the moment training has ended, before anything is scored: the place to save the model. */
  readonly onTrained?: (trained: Trained) => Promise<void>;
  /** Called before each of the closing steps. */
  readonly onScoring?: (what: string) => void;
}

/** A calibrated model with what it was trained on. */
export interface Trained extends Pretrained {
  readonly data: PretrainingData;
}

/** A finished experiment: the calibrated model and the figures of its result file. */
export interface Experiment extends Trained {
  /** The test cells, by the calibrated model. */
  readonly named: NamedCells;
  readonly scores: Pick<Result, "metrics" | "baselines" | "seconds" | "cells_per_second">;
}

/**
 * Pretrains on the studies, calibrates on their validation cells and scores test cells beside the baselines: at most
 * {@linkcode MOST_SCORED} of a type and study.
 */
export async function runPretraining(
  studies: readonly Study[],
  options: ExperimentOptions,
): Promise<Experiment> {
  const { seed, vocabulary } = options;
  const data = preparePretraining(studies, { vocabulary, rng: createRng(seed).split("split") });
  const started = performance.now();
  const settings = withPreset(options);
  const trained = await pretrain(data, settings);
  const seconds = (performance.now() - started) / 1000;
  const model = calibrate(trained.model, boundedParts(data, ["validation"]));
  await options.onTrained?.({ ...trained, model, data });
  const scored = boundedParts(data, ["train", "test"]);
  options.onScoring?.("test cells");
  const named = nameTestCells(model, scored);
  const { classifier, text } = scoreTypes(named);
  const seen = trained.training.steps * settings.batchSize;
  const scores = {
    metrics: {
      accuracy: classifier.accuracy,
      macro_f1: classifier.macro_f1,
      text_accuracy: text.accuracy,
      text_macro_f1: text.macro_f1,
      ...prefixed("validation", trained.training.best),
    },
    baselines: scoreClosing(model, scored, options),
    seconds,
    cells_per_second: seen / seconds,
  };
  return { ...trained, model, data, named, scores };
}

/** Cells of a type and study that closing scores are taken over at most: with 130 types more take longer than training. */
export const MOST_SCORED = 15;

/** The data with so few cells of each type and study in these parts that scores take a minute. */
function boundedParts(
  data: PretrainingData,
  parts: readonly ("train" | "validation" | "test")[],
): PretrainingData {
  const bound = (study: SplitStudy): SplitStudy => {
    const drawn = parts.map((part) => {
      const rng = createRng("bounded").split(study.name).split(part);
      return [part, { ...study[part], rows: drawRows(study[part], { perType: MOST_SCORED, rng }) }] as const;
    });
    return { ...study, ...Object.fromEntries(drawn) };
  };
  return { ...data, studies: data.studies.map(bound) };
}

function scoreClosing(model: CellModel, data: PretrainingData, { seed, onScoring }: ExperimentOptions) {
  onScoring?.("logistic regression on the same cells");
  return scoreBaselines(model, data, { seed });
}

/** The preset's configuration and training settings, where the caller set nothing else. */
function withPreset(options: ExperimentOptions): PretrainingOptions {
  const set = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { config: cellPreset(options.preset), ...TRAINING[options.preset], ...set as ExperimentOptions };
}

const prefixed = (prefix: string, scores: Record<string, number>) =>
  Object.fromEntries(Object.entries(scores).map(([name, score]) => [`${prefix}_${name}`, score]));

/** Saves the model with how it was made; returns it with its hash. */
export async function saveTrained(
  directory: string,
  { model, data, training }: Trained,
  made: Record<string, unknown>,
): Promise<CellModel> {
  const studies = data.studies.map(({ name, train, validation, test }) => ({
    name,
    train: train.rows.length,
    validation: validation.rows.length,
    test: test.rows.length,
  }));
  const details = { ...made, studies, steps: training.steps, best_epoch: training.bestEpoch };
  return { ...model, hash: await saveCellCheckpoint(directory, model, { made: details }) };
}
