import { disposeModel } from "../../cell/mod.ts";
import { type Result, startRun } from "../../metrics/mod.ts";
import type { Ontology } from "../../ontology/mod.ts";
import { createRng, type Rng } from "../../runtime/mod.ts";
import type { StartingPoint } from "../finetune/mod.ts";
import type { Study } from "../pretrain/mod.ts";
import { gatherEvidence, type NamingTask, textPrototypes } from "./evidence.ts";
import { applyRules, type RuleLevels, type RuleScores, scoreRules } from "./naming.ts";
import { novelResult } from "./result.ts";
import type { NovelExperiment } from "./sets.ts";
import { novelSettings, type NovelTraining, type TrainedOnSeen, trainOnSeen } from "./train.ts";
import { chooseSettings, RULE_SETTINGS, type RuleSettings } from "./tune.ts";

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
  const { preset, seed, backend } = options;
  const { config, training } = novelSettings(preset);
  const trained = await trainOnSeen(set, { ...training, ...options.training, config, seed });
  try {
    const rng = createRng(seed).split("novel");
    const named = await nameNovelCells(trained, { ...set, rng });
    const { nObs: cells, nVars: genes } = set.novel.source;
    const result = novelResult(named.levels, {
      set: set.name,
      split: "types held out: 20 draws of 10, 25, 50, 75 % of the novel types, 1 of all",
      preset,
      seed,
      backend,
      data: {
        real: set.real,
        cells,
        genes,
        types: named.task.candidates.length,
        seen_types: trained.prototypes.ids.length,
        seen_cells: trained.trainingCells,
        validation_types: new Set(set.validation.types).size,
        layers: config.layers,
        length: config.length,
        width: config.width,
        prototype_weight: named.settings.weight,
        lambda: named.settings.lambda,
        ...options.about,
      },
      facts: finish(trained.trainingCells + cells),
    });
    return { ...named, result };
  } finally {
    disposeModel(trained.model);
  }
}

export interface FileOptions {
  /** Results are filed under it. */
  readonly name: string;
  readonly start: StartingPoint;
  readonly ontology: Ontology;
  readonly preset: string;
  readonly seed: number;
  readonly backend: string;
  readonly sha256: string | null;
}

/**
 * Names cells of types that a checkpoint never met. No cells of the seen types are needed: their text vectors, at which
 * the model aims, stand for their prototypes; nothing is chosen.
 */
export async function runOnCheckpoint(novel: Study, options: FileOptions): Promise<NovelRun> {
  const finish = startRun();
  const { name, start, ontology, preset, seed, backend, sha256 } = options;
  const { model } = start;
  const rng = createRng(seed).split("novel");
  const prototypes = textPrototypes(model);
  const task = await gatherEvidence(model, novel, { prototypes, ontology });
  const scores = applyRules(task, { settings: RULE_SETTINGS, rng });
  const levels = scoreRules(task, scores, rng);
  const { nObs: cells, nVars: genes } = novel.source;
  const result = novelResult(levels, {
    set: name,
    split: "types that the checkpoint never met: 20 draws of 10, 25, 50, 75 % of them, 1 of all",
    preset,
    seed,
    backend,
    data: {
      real: true,
      cells,
      genes,
      sha256,
      types: task.candidates.length,
      seen_types: prototypes.ids.length,
      checkpoint: start.name,
      checkpoint_sha256: model.hash,
    },
    facts: finish(cells),
  });
  disposeModel(model);
  return { task, settings: RULE_SETTINGS, scores, levels, result };
}
