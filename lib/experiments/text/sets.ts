import { findDataset } from "../../data/fetch/mod.ts";
import type { Ontology, RelationTriple } from "../../ontology/mod.ts";
import { createRng, dataError, usageError } from "../../runtime/mod.ts";
import {
  buildExam,
  buildExamples,
  countBatches,
  holdOutTerms,
  type LossWeights,
  newTextModel,
  TEXT_PRESETS,
  type TextExam,
  type TextExamples,
  type TextModel,
  type TextPreset,
  type TextPresetName,
  type TextTraining,
  withoutTerms,
} from "../../text/mod.ts";

/** The release of the ontology that is used if available. */
export const RELEASE = "cl-simple-2026-03-26";

/** The file of an ontology: the requested one, else {@linkcode RELEASE} if available, else null for the embedded table. */
export const ontologyFile = async (asked?: string): Promise<string | null> =>
  asked ?? await findDataset(RELEASE);

/** Settings of a run. */
export interface TextSettings {
  readonly preset: TextPresetName;
  readonly seed: number;
  /** Other weights of the loss than the preset's. */
  readonly weights?: LossWeights;
  /** Passes over the facts, if not the preset's. */
  readonly epochs?: number;
}

/** Start of a run, if not an untrained encoder of the preset's size and the ontology's own facts. */
export interface TextStart {
  /** An encoder of the run's own. */
  readonly model?: TextModel;
  /** Facts by name to learn instead. */
  readonly triples?: readonly RelationTriple[];
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
