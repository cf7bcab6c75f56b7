import type { Ontology, RelationTriple } from "../../ontology/mod.ts";
import { createRng, dataError, usageError } from "../../runtime/mod.ts";
import {
  accumulatedBatches,
  bagOfWords,
  buildExam,
  buildExamples,
  countBatches,
  drawBatches,
  embedTexts,
  holdOutTerms,
  type LossWeights,
  nearestTypes,
  newTextModel,
  relationVector,
  scoreVectors,
  TEXT_PRESETS,
  type TextBatch,
  type TextExam,
  type TextExamples,
  textLoss,
  type TextModel,
  type TextPreset,
  type TextPresetName,
  type TextScores,
  type TextTraining,
  withoutTerms,
} from "../../text/mod.ts";
import { type LogEntry, runTraining, type TrainingResult } from "../../train/mod.ts";

/** What a run is made of. */
export interface TextSettings {
  readonly preset: TextPresetName;
  readonly seed: number;
  /** Other weights of the loss than the preset's. */
  readonly weights?: LossWeights;
  /** Passes over the facts, if not the preset's. */
  readonly epochs?: number;
}

/** Where a run starts, if not from an untrained encoder of the preset's size and the ontology's own facts. */
export interface TextStart {
  /** An encoder of the run's own. */
  readonly model?: TextModel;
  /** Facts by name to learn instead. */
  readonly triples?: readonly RelationTriple[];
}

/** How a run is watched and stopped. */
export interface TextWatch {
  /** Where the run keeps its state, to go on after a stop. Default: nowhere. */
  readonly directory?: string;
  readonly onLog?: (entry: LogEntry) => void | Promise<void>;
  /** Called after each optimiser step. */
  readonly onStep?: (progress: { step: number; loss: number }) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** An encoder before (or after) training, and what it is trained on. */
export interface TextRun {
  readonly settings: TextSettings;
  readonly training: TextTraining;
  readonly model: TextModel;
  readonly examples: TextExamples;
  readonly epochs: number;
  /** Optimiser steps of the whole training. */
  readonly steps: number;
}

/** A run that leaves out some terms, and the questions about them. */
export interface TextTrial extends TextRun {
  readonly exam: TextExam;
}

/**
 * An encoder that will learn every live term of an ontology; the caller disposes its model.
 *
 * @throws {KcellfmError} tag "usage", when the preset starts from a published BERT and `start` brings none; tag "data",
 * when there are fewer facts than one of its steps takes.
 */
export function prepareText(ontology: Ontology, settings: TextSettings, start: TextStart = {}): TextRun {
  const preset: TextPreset = TEXT_PRESETS[settings.preset];
  const { weights = preset.training.weights, epochs: asked = preset.training.epochs, seed } = settings;
  const training = { ...preset.training, weights, epochs: asked };
  if (preset.pretrained && !start.model) {
    throw usageError(`Cannot start preset ${settings.preset}: it needs the weights of a published BERT`);
  }
  const model = start.model ?? newTextModel(ontology, { preset, rng: createRng(seed).split("text model") });
  const examples = buildExamples(ontology, { ...start, tokenizer: model.tokenizer, training });
  checkCount(examples.triples.length, training);
  const batches = Math.max(1, countBatches(examples, training));
  const epochs = Math.max(training.epochs, Math.ceil(training.leastSteps / batches));
  return { settings, training, model, examples, epochs, steps: epochs * batches };
}

/** A batch that is cut into micro-batches must be whole. */
function checkCount(triples: number, { batch, microBatch }: TextTraining): void {
  if (microBatch === undefined || triples >= batch) return;
  throw dataError(
    `Cannot train on ${triples} triples: a step of this preset takes ${batch}; give more of them`,
  );
}

/** Holds out a share of the terms; the encoder will learn the ontology as if they had never been written. */
export function prepareTrial(
  ontology: Ontology,
  settings: TextSettings & { share: number },
  start: TextStart = {},
): TextTrial {
  const rng = createRng(settings.seed).split("held out");
  const heldOut = holdOutTerms(ontology, { share: settings.share, rng });
  const triples = start.triples && triplesWithout(start.triples, labelsOf(ontology, heldOut));
  const run = prepareText(withoutTerms(ontology, heldOut), settings, { ...start, triples });
  return { ...run, exam: buildExam(ontology, heldOut) };
}

/** Names and synonyms of some terms. */
function labelsOf(ontology: Ontology, ids: ReadonlySet<string>): Set<string> {
  const terms = [...ids].map((id) => ontology.terms.get(id)!);
  return new Set(terms.flatMap(({ name, synonyms }) => [name, ...synonyms.map(({ text }) => text)]));
}

const triplesWithout = (triples: readonly RelationTriple[], labels: ReadonlySet<string>) =>
  triples.filter(({ head, tail }) => !labels.has(head) && !labels.has(tail));

/** Trains the run's model in place. No epoch is chosen by any held-out score. */
export async function trainText(run: TextRun, watch: TextWatch = {}): Promise<TrainingResult> {
  const { model, examples, training, epochs, steps, settings: { seed } } = run;
  const rng = createRng(seed).split("text batches");
  return await runTraining<TextBatch>({
    ...watch,
    params: model.params,
    batches: (epoch) => drawBatches(examples, training, rng.split(epoch)),
    loss: (batch, mode) =>
      textLoss(model.params, batch, { config: model.config, training: mode, weights: training.weights }),
    epochs,
    schedule: {
      peak: training.learningRate,
      warmup: Math.ceil(training.warmup * steps),
      total: steps,
      floor: training.floor,
    },
    trainable: learns(training),
    accumulate: accumulatedBatches(training),
    weightDecay: training.weightDecay,
    seed,
  });
}

/** Every parameter but those of BERT's first, frozen layers, by name. */
export function learns({ frozenLayers }: TextTraining): (name: string) => boolean {
  const frozen = Array.from({ length: frozenLayers }, (_, i) => `bert.encoder.layer.${i}.`);
  return (name) => !frozen.some((layer) => name.startsWith(layer));
}

/** The scores of an encoder as it is now. */
export function scoreTrial({ model, exam }: TextTrial): TextScores {
  return scoreVectors(exam, {
    encode: (texts) => embedTexts(model, texts),
    isA: relationVector(model, "is_a"),
  });
}

/** What an encoder is held against: the same one before training, and TF-IDF vectors of the names. */
export function scoreBaselines(
  { model, exam }: TextTrial,
): Record<"random_init" | "bag_of_words", TextScores> {
  return {
    random_init: scoreVectors(exam, { encode: (texts) => embedTexts(model, texts) }),
    bag_of_words: scoreVectors(exam, bagOfWords(exam.names)),
  };
}

/** A held-out type, its parents, and what the encoder takes for them. */
export interface ParentGuess {
  readonly type: string;
  readonly parents: string;
  readonly guesses: string;
}

/**
 * The first `types` held-out types that have parents, with the `count` types that the encoder finds nearest to their
 * vector plus that of is_a.
 */
export function guessParents(
  { model, exam }: TextTrial,
  { types, count }: { types: number; count: number },
): ParentGuess[] {
  const { names, heldOut, parents } = exam;
  const { dim } = model.config;
  const embeddings = { ids: names, names, dim, vectors: embedTexts(model, names) };
  const isA = relationVector(model, "is_a");
  const asked = heldOut.map((row, i) => ({ row, above: parents[i] })).filter(({ above }) => above.length > 0);
  return asked.slice(0, types).map(({ row, above }) => {
    const moved = isA.map((value, j) => value + embeddings.vectors[row * dim + j]);
    const near = nearestTypes(embeddings, moved, count + 1).filter(({ name }) => name !== names[row]);
    return {
      type: names[row],
      parents: above.map((parent) => names[parent]).join("; "),
      guesses: near.slice(0, count).map(({ name }) => name).join("; "),
    };
  });
}
