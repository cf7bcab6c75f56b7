import { type CellConfig, type CellModel, cellPreset, saveCellCheckpoint } from "../../cell/mod.ts";
import type { GeneVocabulary } from "../../genes/mod.ts";
import type { Result } from "../../metrics/mod.ts";
import type { Ontology } from "../../ontology/mod.ts";
import { createRng, usageError } from "../../runtime/mod.ts";
import { calibrate, type NamedCells, nameTestCells, scoreBaselines, scoreTypes } from "./evaluate.ts";
import { preparePretraining, type PretrainingData, type Study } from "./sets.ts";
import { pretrain, type Pretrained, type PretrainingOptions } from "./train.ts";
import type { TypeVectors } from "../../text/mod.ts";

/** What a preset says about training. */
export type TrainingSettings =
  & Pick<PretrainingOptions, "epochs" | "batchSize" | "peak">
  & Partial<Pick<PretrainingOptions, "warmup" | "floor" | "weightDecay" | "clip" | "hide">>;

/** Training settings by preset; a run may override any of them. The paper's are ORIGINAL section 3: plain Adam. */
export const TRAINING = {
  nano: { epochs: 4, batchSize: 32, peak: 3e-3 },
  walkthrough: { epochs: 12, batchSize: 32, peak: 1e-3 },
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

/** What an experiment runs on and how; fields that are left out come from the preset. */
export interface ExperimentOptions extends
  Partial<
    Pick<
      PretrainingOptions,
      | keyof TrainingSettings
      | "directory"
      | "onLog"
      | "onStep"
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
}

/** A finished experiment: the calibrated model and the figures of its result file. */
export interface Experiment extends Pretrained {
  readonly data: PretrainingData;
  /** The test cells, by the calibrated model. */
  readonly named: NamedCells;
  readonly scores: Pick<Result, "metrics" | "baselines" | "seconds" | "cells_per_second">;
}

/** Pretrains on the studies, calibrates on their validation cells and scores their test cells beside the baselines. */
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
  const model = calibrate(trained.model, data);
  const named = nameTestCells(model, data);
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
    baselines: scoreBaselines(model, data, { seed }),
    seconds,
    cells_per_second: seen / seconds,
  };
  return { ...trained, model, data, named, scores };
}

/** The preset's configuration and training settings, where the caller set nothing else. */
function withPreset(options: ExperimentOptions): PretrainingOptions {
  const set = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { config: cellPreset(options.preset), ...TRAINING[options.preset], ...set as ExperimentOptions };
}

const prefixed = (prefix: string, scores: Record<string, number>) =>
  Object.fromEntries(Object.entries(scores).map(([name, score]) => [`${prefix}_${name}`, score]));

/** Saves the model with how it was made and its metrics.json; returns it with its hash. */
export async function saveExperiment(
  directory: string,
  { model, data, scores, training }: Experiment,
  made: Record<string, unknown>,
): Promise<CellModel> {
  const studies = data.studies.map(({ name, train, validation, test }) => ({
    name,
    train: train.rows.length,
    validation: validation.rows.length,
    test: test.rows.length,
  }));
  const details = { ...made, studies, steps: training.steps, best_epoch: training.bestEpoch };
  const beside = { "metrics.json": JSON.stringify(scores, null, 2) + "\n" };
  return { ...model, hash: await saveCellCheckpoint(directory, model, { made: details, beside }) };
}
