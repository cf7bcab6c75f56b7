import { PRIOR_STRENGTH } from "../../baselines/mod.ts";

/** Settings for fine-tuning a model. */
export interface TuneSettings {
  /** Number of upper layers that learn, beside the head: 0 for the head alone, "all" for the embeddings too. */
  readonly layers: number | "all";
  readonly epochs: number;
  readonly batchSize: number;
  /** Highest learning rate. */
  readonly peak: number;
  /** Share of each cell's genes hidden at random while training; only where all layers learn. */
  readonly hide: number;
  /** "balanced" weighs each class by n / (classes x its cells), as scikit-learn. */
  readonly classWeights: "none" | "balanced";
  /** Tokens a cell at most, more than in pretraining if need be; null for the model's own. */
  readonly length: number | null;
  readonly weightDecay: number;
  /** Weight of the ranking against the ontology's text vectors, where the classes have some. */
  readonly ontology: number;
  /** Epochs without a better validation loss before stopping. */
  readonly patience: number;
  /** Prior weight of the linear path, before validation cells are seen: nats at a factor of e. */
  readonly linearFirst: number;
}

/** Settings for a thousand or two cells on a laptop. */
export const TUNE_SETTINGS: TuneSettings = {
  layers: 1,
  epochs: 5,
  batchSize: 32,
  peak: 1e-3,
  hide: 0.2,
  classWeights: "none",
  length: null,
  weightDecay: 0.01,
  ontology: 0.2,
  patience: 3,
  linearFirst: PRIOR_STRENGTH,
};

/** Optimiser steps that a small set gets at least: five passes over a few hundred cells end long before the loss does. */
const LEAST_STEPS = 240;

/** Passes over so many training cells unless a number is given. */
export function epochsFor(cells: number, { epochs, batchSize }: Partial<TuneSettings>): number {
  const steps = Math.ceil(cells / (batchSize ?? TUNE_SETTINGS.batchSize));
  return epochs ?? Math.max(TUNE_SETTINGS.epochs, Math.ceil(LEAST_STEPS / steps));
}
