import type { Ontology } from "../../ontology/mod.ts";
import { createRng, usageError } from "../../runtime/mod.ts";
import {
  accumulatedBatches,
  bagOfWords,
  drawBatches,
  embedTexts,
  type LossWeights,
  relationVector,
  scoreVectors,
  TEXT_PRESETS,
  type TextBatch,
  textLoss,
  type TextPresetName,
  type TextScores,
  type TextTraining,
} from "../../text/mod.ts";
import { type LogEntry, runTraining, type TrainingResult } from "../../train/mod.ts";
import { prepareTrial, type TextRun, type TextSettings, type TextTrial } from "./sets.ts";
import { type Beginning, freshStart } from "./start.ts";

/** Observers of a run, and its abort signal. */
export interface TextWatch {
  /** Folder of the run's state, to continue after a stop. Default: none. */
  readonly directory?: string;
  readonly onLog?: (entry: LogEntry) => void | Promise<void>;
  /** Called after each optimiser step. */
  readonly onStep?: (progress: { step: number; loss: number }) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

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

/** Scores that an encoder is compared with: the same one before training, and TF-IDF vectors of the names. */
export function textBaselines(
  { model, exam }: TextTrial,
): Record<"random_init" | "bag_of_words", TextScores> {
  return {
    random_init: scoreVectors(exam, { encode: (texts) => embedTexts(model, texts) }),
    bag_of_words: scoreVectors(exam, bagOfWords(exam.names)),
  };
}

/** Parts of the loss that ablations leave out, by the name of the ablation. */
const ABLATIONS: Readonly<Record<string, readonly (keyof LossWeights)[]>> = {
  relation_loss_only: ["contrast", "graph"],
  without_graph_loss: ["graph"],
  without_contrast: ["contrast"],
  without_relation_loss: ["relation"],
};

/**
 * The weights of the loss in every ablation of a preset, by its name.
 *
 * @throws {KcellfmError} tag "usage", when the preset's loss has one part only.
 */
export function ablationWeights(preset: TextPresetName): Record<string, LossWeights> {
  const { weights } = TEXT_PRESETS[preset].training;
  const parts = Object.entries(weights).filter(([, weight]) => weight > 0);
  if (parts.length < 2) {
    throw usageError(
      `Cannot run --ablations at preset ${preset}: its loss has one part (${
        parts[0][0]
      }), so none can be left out; ` +
        "drop the flag or take another preset",
    );
  }
  return Object.fromEntries(
    Object.entries(ABLATIONS).map((
      [name, left],
    ) => [name, { ...weights, ...Object.fromEntries(left.map((part) => [part, 0])) }]),
  );
}

/** Scores on held-out terms, of the encoder and of what it is held against. */
export interface TrialScores {
  readonly terms: number;
  readonly heldOut: number;
  readonly scores: TextScores;
  readonly baselines: Readonly<Record<string, TextScores>>;
}

/** Options for trials of an encoder. */
export interface TrialOptions {
  readonly settings: TextSettings;
  readonly beginning: Beginning;
  /** Share of the terms that are held out. */
  readonly share: number;
  /** Weights of the loss by the name of the ablation; default none. */
  readonly ablations?: Readonly<Record<string, LossWeights>>;
  /** Trains a run in place; `what` tells the runs apart. */
  readonly train: (run: TextRun, what: string) => Promise<void>;
}

/** Trains without some terms and scores them, then once more for each ablation. */
export async function runTrials(ontology: Ontology, options: TrialOptions): Promise<TrialScores> {
  const main = await runTrial(ontology, options, "held-out");
  const others: Record<string, TextScores> = {};
  for (const [name, weights] of Object.entries(options.ablations ?? {})) {
    others[name] = (await runTrial(ontology, options, name, weights)).scores;
  }
  return { ...main, baselines: { ...main.baselines, ...others } };
}

async function runTrial(
  ontology: Ontology,
  { settings, beginning, share, train }: TrialOptions,
  what: string,
  weights?: LossWeights,
): Promise<TrialScores> {
  const start = await freshStart(beginning, settings);
  const trial = prepareTrial(ontology, { ...settings, weights, share }, start);
  const baselines = weights ? {} : textBaselines(trial);
  await train(trial, `${what}-${share}`);
  const scores = scoreTrial(trial);
  trial.model.dispose();
  return { terms: trial.exam.names.length, heldOut: trial.exam.heldOut.length, scores, baselines };
}
