import { join } from "node:path";
import { type CellConfig, cellPreset, initCellParams, pretrainingBatch } from "../../cell/mod.ts";
import { type GeneVocabulary, orderedBatches, readModelCells, tokenizeCells } from "../../genes/mod.ts";
import type { Ontology } from "../../ontology/mod.ts";
import { checkpointsDir, createRng } from "../../runtime/mod.ts";
import { loadTypeVectors, type TypeVectors } from "../../text/mod.ts";
import { usualWorkers } from "../../train/mod.ts";
import {
  bestOntology,
  bestVocabulary,
  centredTypes,
  fitWidth,
  preparePretraining,
  type PretrainingData,
  realStudies,
  simulatedStudy,
  type Study,
  studyInformativeness,
  TRAINING,
  type TrainingPreset,
  typeSpace,
  withProfileOf,
} from "../../experiments/pretrain/mod.ts";

/** Everything that the pretraining notebook runs on. */
export interface WalkthroughSource {
  readonly real: boolean;
  readonly studies: readonly Study[];
  readonly ontology: Ontology;
  readonly types: TypeVectors;
  readonly vocabulary: GeneVocabulary;
}

/** Two real studies (blood and pancreas) if they are available, else a simulated atlas; `cells` is its size. */
export async function walkthroughSource(
  { seed, cells = 2500 }: { seed: number; cells?: number },
): Promise<WalkthroughSource> {
  const [ontology, vocabulary] = [await bestOntology(), await bestVocabulary()];
  const types = loadTypeVectors(join(checkpointsDir(), "text-walkthrough"));
  const found = await realStudies([{ name: "pbmc3k" }, { name: "pancreas_5tech" }]);
  const rng = createRng(seed).split("simulated");
  const studies = found.length > 0
    ? found
    : [simulatedStudy(ontology, { vocabulary, cells, types: 20, rng })];
  return { real: found.length > 0, studies, ontology, types, vocabulary };
}

/** A preset cut down to what a laptop trains in two minutes: at most 3 layers, 128 tokens and 4 epochs; all cores. */
export const notebookTraining = (preset: TrainingPreset) => {
  const config = cellPreset(preset);
  return {
    ...TRAINING[preset],
    config: { ...config, layers: Math.min(config.layers, 3), length: Math.min(config.length, 128) },
    epochs: Math.min(TRAINING[preset].epochs, 4),
    workers: preset === "nano" ? 1 : usualWorkers(), // a worker starts slower than nano trains
  };
};

/** The first genes that the model reads of one training cell. */
export function readSentence(
  { studies, vocabulary, classes }: PretrainingData,
  { cell, genes }: { cell: number; genes: number },
): { type: string; genes: { symbol: string; value: number }[] } {
  const { train } = studies[0];
  const row = train.rows[cell];
  const weights = studyInformativeness({ studies, vocabulary, classes });
  const { ids, values, lengths } = tokenizeCells(readModelCells(train, row, row + 1), {
    length: genes + 1,
    weights,
  });
  const words = Array.from({ length: lengths[0] - 1 }, (_, i) => ({
    symbol: vocabulary.symbols[ids[i + 1]],
    value: values[i + 1],
  }));
  return { type: train.classes[row] < 0 ? "unlabelled" : classes[train.classes[row]], genes: words };
}

/** {@linkcode preparePretraining} with the split of {@linkcode runPretraining} under the same seed. */
export const prepareFor = (
  { studies, vocabulary }: WalkthroughSource,
  { seed }: { seed: number },
): PretrainingData => preparePretraining(studies, { vocabulary, rng: createRng(seed).split("split") });

/** A model that has learned nothing yet, and 32 training cells with some of their values hidden. */
export function beforeTraining(
  { ontology, types }: WalkthroughSource,
  data: PretrainingData,
  { config, seed }: { config: CellConfig; seed: number },
) {
  const informativeness = studyInformativeness(data);
  const own = withProfileOf(config, informativeness);
  const sizes = { genes: data.vocabulary.symbols.length, classes: data.classes.length };
  const rng = createRng(seed).split("before training");
  const [cells] = orderedBatches(data.studies.map(({ train }) => train), 32);
  return {
    config: own,
    params: initCellParams(rng, { config: own, ...sizes }),
    batch: pretrainingBatch({ config: own, informativeness }, cells, { rng, hide: 0 }),
    space: typeSpace(centredTypes(fitWidth(types, own.width)), { classes: data.classes, ontology }),
  };
}
