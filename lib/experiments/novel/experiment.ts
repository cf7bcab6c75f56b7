import {
  type CellConfig,
  type CellModel,
  cellPreset,
  disposeModel,
  LOSS_WEIGHTS,
  type TypeVectors,
} from "../../cell/mod.ts";
import type { GeneVocabulary } from "../../genes/mod.ts";
import { type Result, startRun } from "../../metrics/mod.ts";
import type { Ontology } from "../../ontology/mod.ts";
import { createRng, type Rng } from "../../runtime/mod.ts";
import {
  preparePretraining,
  pretrain,
  type PretrainingOptions,
  type Study,
  trainingPreset,
} from "../pretrain/mod.ts";
import { gatherEvidence, meanPrototypes, type NamingTask, type Prototypes } from "./evidence.ts";
import { applyRules, type RuleLevels, type RuleScores, scoreRules } from "./naming.ts";
import { publishedOf, ruleTable } from "./results.ts";
import { chooseSettings, type RuleSettings } from "./tune.ts";

/** How the models of this task are trained. */
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

/** What a model of seen types is trained from. */
export interface SeenTypes {
  readonly seen: readonly Study[];
  readonly vocabulary: GeneVocabulary;
  readonly ontology: Ontology;
  /** Text vectors of the terms. */
  readonly types: TypeVectors;
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

/** Cells of novel types named by every rule. */
export interface NamedNovelCells {
  readonly task: NamingTask;
  readonly settings: RuleSettings;
  readonly scores: RuleScores;
  readonly levels: RuleLevels;
}

/** Names the cells of a study among its types; what is left to choose is chosen on `validation`'s types. */
async function nameNovelCells(
  { model, prototypes }: Pick<TrainedOnSeen, "model" | "prototypes">,
  { novel, validation, ontology, rng }: { novel: Study; validation: Study; ontology: Ontology; rng: Rng },
): Promise<NamedNovelCells> {
  const options = { prototypes, ontology };
  const settings = chooseSettings(await gatherEvidence(model, validation, options), rng.split("choice"));
  const task = await gatherEvidence(model, novel, options);
  const scores = applyRules(task, { settings, rng });
  return { task, settings, scores, levels: scoreRules(task, scores, rng) };
}

/** A whole experiment on types that were dealt out. */
export interface NovelExperiment extends SeenTypes {
  readonly name: string;
  readonly real: boolean;
  readonly validation: Study;
  readonly novel: Study;
}

export interface NovelOptions {
  readonly preset: string;
  readonly seed: number;
  readonly backend: string;
  readonly training?: Partial<NovelTraining>;
  /** Further facts for the results file. */
  readonly about?: Readonly<Record<string, string | number | boolean>>;
}

/** A finished experiment. */
export interface NovelRun extends NamedNovelCells {
  readonly result: Result;
}

/** Trains on the seen types, chooses on the validation types, names the novel ones and frees the model. */
export async function runNovel(set: NovelExperiment, options: NovelOptions): Promise<NovelRun> {
  const finish = startRun();
  const { preset, seed } = options;
  const { config, training } = novelSettings(preset);
  const trained = await trainOnSeen(set, { ...training, ...options.training, config, seed });
  try {
    const rng = createRng(seed).split("novel");
    const named = await nameNovelCells(trained, { ...set, rng });
    const facts = finish(trained.trainingCells + set.novel.source.nObs);
    return { ...named, result: resultOf(set, { ...options, named, trained, facts, config }) };
  } finally {
    disposeModel(trained.model);
  }
}

function resultOf(
  set: NovelExperiment,
  { named, trained, facts, config, ...options }: NovelOptions & {
    named: NamedNovelCells;
    trained: TrainedOnSeen;
    config: CellConfig;
    facts: Pick<Result, "seconds" | "cells_per_second" | "peak_mb" | "versions">;
  },
): Result {
  const { weight, lambda } = named.settings;
  return {
    task: "novel",
    set: set.name,
    split: "types held out: 20 draws of 10, 25, 50, 75 % of the novel types, 1 of all",
    repeats: 1,
    preset: options.preset,
    seed: options.seed,
    backend: options.backend,
    data: {
      real: set.real,
      cells: set.novel.source.nObs,
      genes: set.novel.source.nVars,
      sha256: null,
      types: named.task.candidates.length,
      seen_types: trained.prototypes.ids.length,
      seen_cells: trained.trainingCells,
      validation_types: new Set(set.validation.types).size,
      layers: config.layers,
      length: config.length,
      width: config.width,
      prototype_weight: weight,
      lambda,
      ...options.about,
    },
    ...ruleTable(named.levels),
    published: publishedOf(set.name),
    ...facts,
  };
}
