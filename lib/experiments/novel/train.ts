import { type CellConfig, type CellModel, cellPreset, LOSS_WEIGHTS } from "../../cell/mod.ts";
import { createRng } from "../../runtime/mod.ts";
import { preparePretraining, pretrain, type PretrainingOptions, trainingPreset } from "../pretrain/mod.ts";
import { meanPrototypes, type Prototypes } from "./evidence.ts";
import type { SeenTypes } from "./sets.ts";

/** Training options of this task's models. */
export type NovelTraining =
  & Pick<PretrainingOptions, "epochs" | "batchSize" | "peak">
  & Partial<
    Pick<
      PretrainingOptions,
      "weights" | "asPublished" | "learnTypes" | "onLog" | "onStep" | "signal" | "workers"
    >
  >;

/** The ontology counts for more than in the original (0.5): chosen among 1, 2 and 4 on cells of held-out types. */
const WEIGHTS = { ...LOSS_WEIGHTS, ontology: 2 };

/** Settings by preset. Many models are trained, so each is small: `walkthrough` keeps the width of the text vectors. */
const NOVEL_SETTINGS = {
  nano: { shape: {}, training: { epochs: 6, batchSize: 32, peak: 5e-3, weights: WEIGHTS } },
  walkthrough: {
    shape: { layers: 1, length: 64, headDim: 32, stateDim: 16 },
    training: { epochs: 8, batchSize: 32, peak: 5e-3, weights: WEIGHTS },
  },
  paper: { shape: {}, training: { epochs: 1, batchSize: 64, peak: 5e-5 } },
} as const;

/** The configuration of a preset, as this task trains it. @throws {KcellfmError} tag "usage", when there is none. */
export function novelSettings(preset: string): { config: CellConfig; training: NovelTraining } {
  const name = trainingPreset(preset);
  const { shape, training } = NOVEL_SETTINGS[name];
  return { config: { ...cellPreset(name), ...shape }, training };
}

/** A model and what it remembers of the types that it met. */
export interface TrainedOnSeen {
  readonly model: CellModel;
  readonly prototypes: Prototypes;
  readonly trainingCells: number;
}

/**
 * Pretrains on the seen types; the epoch is chosen by their own validation cells.
 *
 * @throws {DOMException} "AbortError", when the signal stops it.
 */
export async function trainOnSeen(
  { seen, vocabulary, ontology, types }: SeenTypes,
  { config, seed, ...training }: NovelTraining & { config: CellConfig; seed: number },
): Promise<TrainedOnSeen> {
  const data = preparePretraining(seen, { vocabulary, rng: createRng(seed).split("split") });
  const { model } = await pretrain(data, { ...training, config, seed, ontology, types });
  const sets = data.studies.map(({ train }) => train);
  return {
    model,
    prototypes: meanPrototypes(model, sets),
    trainingCells: sets.reduce((sum, { rows }) => sum + rows.length, 0),
  };
}
