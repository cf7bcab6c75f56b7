import type { Ontology } from "../ontology/mod.ts";
import { createRng } from "../runtime/mod.ts";
import {
  bagOfWords,
  buildExam,
  buildExamples,
  drawBatches,
  embedTexts,
  holdOutTerms,
  newTextModel,
  relationVector,
  scoreVectors,
  TEXT_PRESETS,
  type TextBatch,
  textLoss,
  type TextModel,
  type TextPresetName,
  type TextScores,
  withoutTerms,
} from "../text/mod.ts";
import { type LogEntry, runTraining, type TrainingResult } from "../train/mod.ts";

/** Share of the optimiser steps in which the learning rate rises. */
const WARMUP = 0.05;

/** How a text encoder is trained. */
export interface TextOptions {
  readonly preset: TextPresetName;
  readonly seed: number;
  /** Where the run keeps its state, to go on after a stop. Default: nowhere. */
  readonly directory?: string;
  readonly onLog?: (entry: LogEntry) => void | Promise<void>;
  /** Called after each optimiser step with the number of steps done, of all. */
  readonly onStep?: (done: number, total: number, loss: number) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** A trained encoder and how it got there. */
export interface TrainedText {
  readonly model: TextModel;
  readonly training: TrainingResult;
}

/** An encoder tried on terms that it never read, beside what knows no relations. */
export interface TextEvaluation extends TrainedText {
  readonly terms: number;
  readonly heldOut: number;
  readonly scores: TextScores;
  readonly baselines: { readonly random_init: TextScores; readonly bag_of_words: TextScores };
}

/** Trains an encoder on every live term of an ontology. The caller disposes the model. */
export function trainText(ontology: Ontology, options: TextOptions): Promise<TrainedText> {
  const model = freshModel(ontology, options);
  return fit(model, { ontology, options });
}

/**
 * Holds out a share of the terms, trains on the ontology as if they had never been written, and asks about them.
 * No epoch and no setting is chosen by these scores.
 */
export async function evaluateText(
  ontology: Ontology,
  options: TextOptions & { share: number },
): Promise<TextEvaluation> {
  const heldOut = holdOutTerms(ontology, {
    share: options.share,
    rng: createRng(options.seed).split("held out"),
  });
  const exam = buildExam(ontology, heldOut);
  const known = withoutTerms(ontology, heldOut);
  const model = freshModel(known, options);
  const encode = (texts: readonly string[]) => embedTexts(model, texts);
  const baselines = {
    random_init: scoreVectors(exam, { encode }),
    bag_of_words: scoreVectors(exam, bagOfWords(exam.names)),
  };
  const { training } = await fit(model, { ontology: known, options });
  const scores = scoreVectors(exam, { encode, isA: relationVector(model, "is_a") });
  return { model, training, terms: exam.names.length, heldOut: heldOut.size, scores, baselines };
}

function freshModel(ontology: Ontology, { preset, seed }: TextOptions): TextModel {
  return newTextModel(ontology, { preset: TEXT_PRESETS[preset], rng: createRng(seed).split("text model") });
}

async function fit(
  model: TextModel,
  { ontology, options }: { ontology: Ontology; options: TextOptions },
): Promise<TrainedText> {
  const settings = TEXT_PRESETS[options.preset].training;
  const examples = buildExamples(ontology, { tokenizer: model.tokenizer, training: settings });
  const total = settings.epochs * Math.max(1, Math.floor(examples.triples.length / settings.batch));
  const rng = createRng(options.seed).split("text batches");
  const training = await runTraining<TextBatch>({
    params: model.params,
    batches: (epoch) => drawBatches(examples, settings, rng.split(epoch)),
    loss: (batch, training) =>
      textLoss(model.params, batch, { config: model.config, training, weights: settings.weights }),
    epochs: settings.epochs,
    schedule: { peak: settings.learningRate, warmup: Math.ceil(WARMUP * total), total },
    weightDecay: settings.weightDecay,
    seed: options.seed,
    directory: options.directory,
    onLog: options.onLog,
    onStep: ({ step, loss }) => options.onStep?.(step, total, loss),
    signal: options.signal,
  });
  return { model, training };
}
