import { join } from "node:path";
import {
  type CellModel,
  cellPreset,
  disposeModel,
  loadCellCheckpoint,
  LOSS_WEIGHTS,
  saveCellCheckpoint,
} from "../../cell/mod.ts";
import { atlasSample } from "../../simulate/mod.ts";
import { symbolVocabulary } from "../../genes/mod.ts";
import type { Ontology } from "../../ontology/mod.ts";
import { cacheDir, checkpointsDir, createRng, statOrNull } from "../../runtime/mod.ts";
import { loadTypeVectors } from "../../text/mod.ts";
import {
  calibrate,
  embedLabelled,
  preparePretraining,
  pretrain,
  type PretrainingData,
  type PretrainingOptions,
  studyOf,
  TRAINING,
} from "../pretrain/mod.ts";
import { calibrateClassifier } from "./namer.ts";
import { SIMULATED_ATLAS, simulatedOptions } from "./sets.ts";

/** A sample of the simulated atlas and a small model that learns from it. */
export interface AtlasModelOptions {
  readonly seed: number;
  /** Types of the atlas; default 164. */
  readonly types?: number;
  /** Cells of the sample, a tenth of which choose the epoch and a fifth of which are kept aside. */
  readonly cells: number;
  readonly epochs: number;
  /** Genes a cell is read by, `<cls>` included. */
  readonly length: number;
  /** False leaves the ranking against the ontology out of the loss. */
  readonly ontologyLoss?: boolean;
}

/** Workers, callbacks and the folder of the saved state of a training; changes the result by rounding at most. */
export type TrainingHelp = Pick<PretrainingOptions, "workers" | "onStep" | "onLog" | "signal" | "directory">;

/** Cells of the atlas's biology from donors that no shard has, split for training. */
export function trainingSample(ontology: Ontology, options: AtlasModelOptions): PretrainingData {
  const { seed, cells, types = SIMULATED_ATLAS.types } = options;
  const source = atlasSample(ontology, simulatedOptions({ cells, seed, types }), {
    sample: "training",
    cells,
  });
  const rng = createRng(seed).split("atlas split");
  return preparePretraining([studyOf(source)], { vocabulary: symbolVocabulary(source.varNames), rng });
}

/** Trains a nano model on a sample, its text temperature and its classifier calibrated on the validation cells. */
export async function trainAtlasModel(
  data: PretrainingData,
  ontology: Ontology,
  { seed, epochs, length, ontologyLoss = true, ...help }:
    & Omit<AtlasModelOptions, "cells" | "types">
    & TrainingHelp,
): Promise<CellModel> {
  const { model: trained } = await pretrain(data, {
    ...TRAINING.nano,
    ...help,
    config: { ...cellPreset("nano"), length },
    ontology,
    types: loadTypeVectors(join(checkpointsDir(), "text-walkthrough")),
    epochs,
    seed,
    weights: { ...LOSS_WEIGHTS, ontology: ontologyLoss ? LOSS_WEIGHTS.ontology : 0 },
  });
  const model = calibrate(trained, data);
  const { vectors, classes } = embedLabelled(model, data.studies.map(({ validation }) => validation));
  calibrateClassifier(model, vectors, classes);
  return model;
}

/** Folder of a trained model: `data/cache/atlas/model-<its options>`. */
function atlasModelFolder(options: AtlasModelOptions): string {
  const { types = SIMULATED_ATLAS.types, cells, epochs, length, seed, ontologyLoss = true } = options;
  const name = ["model", types, cells, epochs, length, seed].join("-") + (ontologyLoss ? "" : "-no_ontology");
  return join(cacheDir(), "atlas", name);
}

/** The model of these options: the one in its folder, or a newly trained one that is kept there; stopped training continues. */
export async function atlasModel(
  ontology: Ontology,
  options: AtlasModelOptions & TrainingHelp,
): Promise<CellModel> {
  const folder = atlasModelFolder(options);
  if (statOrNull(join(folder, "config.json")) === null) {
    const { seed, cells, types } = options;
    const model = await trainAtlasModel(trainingSample(ontology, options), ontology, {
      ...options,
      directory: join(folder, "training"),
    });
    await saveCellCheckpoint(folder, model, {
      made: {
        by: "deno task atlas",
        seed,
        cells,
        types,
        studies: [{ name: "simulated atlas, training donors" }],
      },
    });
    disposeModel(model);
  }
  return await loadCellCheckpoint(folder);
}
